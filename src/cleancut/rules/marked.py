"""What marks show of a use, and of the master: that a model generated, and with which tool.

A tool that a mark names and the use does not declare is a contradiction. Names are compared word by word, so that
"Dream Harbour" and "DreamHarbour 3.1" are one tool; where nothing but the vendor's name is given, the vendor is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cleancut.model.answers import Answer
from cleancut.model.decisions import Contradiction
from cleancut.model.dossier import Tool, Use
from cleancut.model.marks import Mark
from cleancut.model.material import Material
from cleancut.model.verdict import Step
from cleancut.rules.case import Case

_GRADES = {"signed": "signed", "embedded": "embedded, not signed", "plain_text": "plain text, not signed"}
SHORTEST_NAME = 3
# Words that many products share, so that they tell none from another.
_OF_NO_PRODUCT = {
    *("a", "ai", "an", "and", "api", "app", "beta", "by", "cli", "client", "core", "for", "generative", "generator"),
    *("image", "images", "inc", "label", "labs", "lib", "library", "llc", "ltd", "model", "music", "of", "plugin"),
    *("pro", "program", "sdk", "sound", "studio", "the", "tool", "ui", "version", "video", "web"),
}


def marks_of(case: Case, use: Use) -> list[tuple[str, Mark]]:
    """Every mark on the use's material, with the name of the material."""
    return [(item.name, mark) for item in case.material_of[use.id] for mark in item.marks]


def material_marked(case: Case, use: Use) -> Answer:
    """Whether a mark on any of the use's material states generative AI; unsure where a mark cannot be read, or where
    its words leave it open and the use is not declared generative anyway."""
    marks = [mark for _, mark in marks_of(case, use)]
    if any(mark.says_generated for mark in marks):
        return "yes"
    is_declared = case.answers[use.id].get("is_generative") == "yes"
    is_open = any(mark.state == "unreadable" or (mark.is_open and not is_declared) for mark in marks)
    return "unsure" if is_open else "no"


def told_of_marks(case: Case, use: Use) -> str:
    """The marks that state it, each with its material and grade."""
    told = [
        f"{name} ({_GRADES.get(mark.grade, mark.reader)})" for name, mark in marks_of(case, use) if mark.says_generated
    ]
    return ", ".join(dict.fromkeys(told))


def undeclared_tools(case: Case, use: Use, lineage: Iterable[Use]) -> list[Contradiction]:
    """One contradiction for each tool that marks name and neither the use nor what it derives from (`lineage`)
    declares. Nothing declared is no contradiction: a use without tools is unsure of them already."""
    named_tools = {id_ for origin in (use, *lineage) for id_ in origin.tools}
    declared = [tool for tool in case.dossier.tools if tool.id in named_tools]
    if not declared:
        return []
    by_name: dict[str, list[str]] = {}
    for name, mark in marks_of(case, use):
        for tool in unnamed_tools(mark, declared):
            by_name.setdefault(tool, []).append(f"{name} ({_GRADES.get(mark.grade, mark.reader)})")
    products = ", ".join(f"{tool.product} {tool.version}".strip() for tool in declared)
    return [
        Contradiction("tools", products, name, f"a mark names {name} as the tool: {', '.join(dict.fromkeys(where))}")
        for name, where in by_name.items()
    ]


def unnamed_tools(mark: Mark, declared: Iterable[Tool]) -> list[str]:
    """The tools that a mark says generated, without those that are declared. A model that the mark names may be what
    was declared."""
    if not mark.says_generated:
        return []
    known = list(declared)
    return [name for name in mark.tools if not any(is_named(tool, [name, *mark.told.models]) for tool in known)]


def of_undeclared(name: str) -> dict[str, Any]:
    """A tool known from a mark alone, as judgement sees it: nobody has said anything of it."""
    unsure = dict.fromkeys(("tier", "trains", "stores", "enterprise_secured", "terms_reviewed"), "unsure")
    return {"id": f"mark: {name}", "product": name, **unsure}


def is_named(tool: Tool, names: Iterable[str]) -> bool:
    """Whether any of the names that a mark gives may mean this tool."""
    product, vendor = _words(f"{tool.product} {tool.version}"), _words(tool.vendor)
    for name in names:
        words = _words(name)
        if _share_most(words, product) or _is_within(tool.product, name) or _is_within(name, tool.product):
            return True
        if words and not words - vendor:
            return True
    return False


def _share_most(one: set[str], other: set[str]) -> bool:
    """Whether more than half the words of the shorter are in both: products of one house share one word."""
    return 2 * len(one & other) > min(len(one), len(other))


def _words(text: str) -> set[str]:
    """Words that can tell one product from another: no versions, and none that any product may have."""
    words = re.findall(r"[^\W\d_]{2,}", text.casefold())
    return set(words) - _OF_NO_PRODUCT


def _is_within(inner: str, outer: str) -> bool:
    """Whether a name is spelt within another, however each is spaced. One of three letters, or of words that many
    products share, would be anywhere."""
    sought = _joined(inner)
    is_telling = len(sought) > SHORTEST_NAME and _words(inner)
    return sought in _joined(outer) if is_telling else sought == _joined(outer) != ""


def _joined(text: str) -> str:
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def is_marked(item: Material) -> bool:
    """Whether any of its marks states generative AI."""
    return any(mark.says_generated for mark in item.marks)


def master_steps(case: Case) -> list[Step]:
    """What the marks of the deliverable itself ask for. One that states generative AI is tied to the uses that declare
    its tool for the final picture, or that the dossier names for it; tied to none, it holds delivery."""
    finals = [use for use in case.dossier.uses if case.answers[use.id].get("output_stage") == "final"]
    used = {id_ for use in finals for id_ in use.tools}
    tools = [tool for tool in case.dossier.tools if tool.id in used]
    steps = [step for mark in case.master_marks for step in _master_step(case, mark, finals, tools)]
    return list(dict.fromkeys(steps))


def unread_steps(case: Case) -> list[Step]:
    """How each mark on the material of a use that could not be read can be."""
    return [
        Step("ask", "post", _to_read(mark, "supply"), f"a mark on {name} could not be read: {mark.note}", use.id)
        for use in case.dossier.uses
        for name, mark in marks_of(case, use)
        if mark.state == "unreadable"
    ]


def _to_read(mark: Mark, verb: str) -> str:
    if mark.remote:
        return "get the manifest from its address, and put it beside the file under the file's name and .c2pa"
    return f"{verb} the file as it left its maker, with its mark whole"


def _master_step(case: Case, mark: Mark, finals: list[Use], tools: list[Tool]) -> list[Step]:
    where = f"a provenance mark on {mark.file or 'the master'} ({_GRADES.get(mark.grade, mark.reader)})"
    if mark.says_generated:
        parts = ", ".join(item.title for item in mark.ingredients if item.generative == "yes" and item.title)
        why = f"{where} states generative AI" + (f" of {parts}" if parts else "")
        unknown = unnamed_tools(mark, tools)
        what = "declare the use that the mark means"
        if not finals:
            return [Step("hold", "production", what, f"{why}, and no use is final")]
        if unknown:
            named = ", ".join(unknown)
            return [Step("hold", "production", what, f"{why} by {named}, which no final use declares as its tool")]
        if not mark.tools and not any(use.id in case.dossier.marked_uses for use in finals):
            return [Step("ask", "post", "name the final uses that the mark means, under `marked_uses`", why)]
    elif mark.state == "unreadable":
        return [Step("ask", "post", _to_read(mark, "deliver"), f"{where} could not be read: {mark.note}")]
    elif mark.is_open and not finals:
        types = ", ".join(mark.source_types) or mark.generator
        return [Step("ask", "post", "say what in it was generated, if anything", f"{where} leaves that open: {types}")]
    return []
