"""What a generator's own note tells of a generation, whatever its form: prompts, models, seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cleancut.model.marks import MOST_KEPT, Told

LONGEST_TEXT = 20_000


def told(
    prompts: Iterable[object] = (),
    negative_prompts: Iterable[object] = (),
    models: Iterable[object] = (),
    seeds: Iterable[object] = (),
) -> Told:
    return Told(kept(prompts), kept(negative_prompts), kept(models), kept(seeds))


def kept(values: Iterable[object]) -> tuple[str, ...]:
    """Texts and numbers, each once, within bounds; what is empty or neither is dropped."""
    texts = (_text(value) for value in values)
    return tuple(dict.fromkeys(text[:LONGEST_TEXT] for text in texts if text))[:MOST_KEPT]


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def by_paths(data: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> Told:
    """From a JSON object, by the table's paths: for each of the four, every path that leads to something."""
    found = {name: [at_path(data, path) for path in paths.get(name, ())] for name in _NAMES}
    return told(*(_flat(found[name]) for name in _NAMES))


_NAMES = ("prompts", "negative_prompts", "models", "seeds")


def at_path(data: Any, path: str) -> Any:
    """`a.b` is what `b` holds inside of what `a` holds; None where there is no such thing."""
    for key in path.split("."):
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def _flat(values: Iterable[Any]) -> Iterable[object]:
    """Lists of prompts, each alone or as {"prompt": …}, as InvokeAI and NovelAI wrote them."""
    for value in values:
        if isinstance(value, list):
            for item in value[:MOST_KEPT]:
                yield item.get("prompt") if isinstance(item, Mapping) else item
        else:
            yield value
