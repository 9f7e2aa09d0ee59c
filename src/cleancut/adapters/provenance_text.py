"""Marks by text: what generators note of themselves and their settings, known by the table.

The weakest evidence: nothing protects it, and most tools drop it. One mark a product and file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cleancut.adapters.metadata_carried import Text
from cleancut.adapters.prompts_a1111 import READERS
from cleancut.adapters.prompts_comfyui import read_graph
from cleancut.adapters.prompts_told import at_path, by_paths, kept
from cleancut.adapters.provenance_tables import TextRule, bare, generators, says_of
from cleancut.model.answers import any_of
from cleancut.model.marks import Mark, Told

READER = "text"


def text_marks(texts: Iterable[Text]) -> list[Mark]:
    """Every generator that the texts of one file show, each once, with all that its texts tell."""
    by_product: dict[tuple[str, ...], list[Mark]] = {}
    for text in texts:
        for mark in _of_text(text):
            by_product.setdefault((mark.generator, *mark.source_types), []).append(mark)
    return [_one(marks) for marks in by_product.values()]


def _of_text(text: Text) -> Iterator[Mark]:
    if text.key.replace("_", "").replace(" ", "").lower() == "digitalsourcetype":
        term = bare(text.text[:500])
        says = says_of([term])
        yield Mark("unsigned", READER, (term,), grade="embedded", generative=says, where=text.where)
        return
    data = _object(text.text)
    graph = (
        read_graph(text.text) if data is not None or text.text.lstrip().startswith(("prompt:", "workflow:")) else None
    )
    if graph is not None:
        yield _mark("ComfyUI", "yes" if graph.generates else "unsure", text, told=graph.told)
        return
    rule = next((rule for rule in generators().texts if _fits(rule, text, data)), None)
    if rule is not None:
        name = at_path(data, rule.named_by) if rule.named_by else None
        maker = kept([name])
        made = _mark(rule.product, rule.generative, text, told=_told(rule, text.text, data))
        tools = maker or (() if rule.named_by else made.tools)
        yield replace(made, grade=rule.grade, generator=", ".join([rule.product, *maker]), tools=tools)
    elif text.key.lower() in generators().fields and (named := generators().named_in(text.text[:500])):
        yield _mark(named[0], named[1], text, told=Told())


def _mark(product: str, generative: Any, text: Text, told: Told) -> Mark:
    return Mark(
        "unsigned",
        READER,
        generator=product,
        grade="plain_text",
        generative=generative,
        where=text.where,
        tools=(product,),
        told=told,
    )


def _object(text: str) -> Mapping[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _fits(rule: TextRule, text: Text, data: Mapping[str, Any] | None) -> bool:
    if rule.keys and text.key.lower() not in rule.keys:
        return False
    lower = text.text.lower()
    if not all(part in lower for part in rule.holds) or (rule.matches and not rule.matches.search(text.text)):
        return False
    if rule.json is None:
        return True
    if data is None or any(at_path(data, path) is None for path in rule.json):
        return False
    return all(str(at_path(data, path)) == value for path, value in rule.equals.items())


def _told(rule: TextRule, text: str, data: Mapping[str, Any] | None) -> Told:
    if isinstance(rule.reads, str):
        return READERS[rule.reads](text) if rule.reads else Told()
    return by_paths(data or {}, rule.reads)


def _one(marks: list[Mark]) -> Mark:
    """Marks of one product in one file as one: ComfyUI writes a graph twice, NovelAI notes itself in three texts."""
    told = Told.together(mark.told for mark in marks)
    where = ", ".join(dict.fromkeys(mark.where for mark in marks))
    return replace(marks[0], where=where, generative=any_of(mark.generative for mark in marks), told=told)
