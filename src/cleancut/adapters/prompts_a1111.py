"""Notes in lines of text: settings of Stable Diffusion web UI, InvokeAI's command lines, Midjourney's captions."""

from __future__ import annotations

import re

from cleancut.adapters.prompts_told import told
from cleancut.model.marks import Told

_SETTINGS = re.compile(r"^Steps: \d+,", re.MULTILINE)
_NEGATIVE = re.compile(r"^Negative prompt: ?", re.MULTILINE)
_MODEL = re.compile(r'(?:^|, )Model: ("(?:[^"\\]|\\.)*"|[^,\n]*)')
_MODEL_DIGEST = re.compile(r"(?:^|, )Model hash: (\w+)")
_SEED = re.compile(r"(?:^|, )Seed: (\d+)")
_LORA = re.compile(r"<lora:([^:>\n]{1,200})[:>]")


def read_a1111(text: str) -> Told:
    """Prompt, then `Negative prompt:`, then one line of settings that begins with `Steps:`."""
    start = _SETTINGS.search(text)
    above, settings = (text[: start.start()], text[start.start() :]) if start else (text, text)
    negative = _NEGATIVE.search(above)
    prompt = above[: negative.start()] if negative else above
    models = [name.strip('" ') for name in _MODEL.findall(settings)]
    models = models or [f"hash {digest}" for digest in _MODEL_DIGEST.findall(settings)]
    return told(
        [prompt] if start else [],
        [above[negative.end() :]] if negative else [],
        [*models, *_LORA.findall(prompt)],
        _SEED.findall(settings),
    )


def read_dream(text: str) -> Told:
    """A line such as `"a boat [fog]" -s 50 -S 1234 -A k_euler`: what to avoid stands in brackets."""
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    prompt = quoted.group(1) if quoted else re.split(r"\s-[a-zA-Z]\b", text, maxsplit=1)[0]
    seeds = re.findall(r"\s-S\s?(\d+)", text)
    avoided = re.findall(r"\[([^\[\]]{1,5000})\]", prompt)
    return told([re.sub(r"\[[^\[\]]{1,5000}\]", "", prompt)], avoided, (), seeds)


def read_midjourney(text: str) -> Told:
    """A prompt with its options, then `Job ID:`."""
    prompt = text.partition("Job ID: ")[0]
    return told([prompt], (), re.findall(r"--(?:v|niji)\s[\w.]+", prompt), re.findall(r"--seed\s(\d+)", prompt))


READERS = {"a1111": read_a1111, "dream": read_dream, "midjourney": read_midjourney}
