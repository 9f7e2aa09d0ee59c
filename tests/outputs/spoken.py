"""Every text of ours that a catalogue must hold, read from the source; and what is left of English on a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from cleancut.adapters.words_english import sentence
from cleancut.model.record import plain
from cleancut.model.verdict import Verdict

SOURCE = Path(__file__).parents[2] / "src" / "cleancut"
TEMPLATES = SOURCE / "adapters" / "templates"


def texts() -> set[str]:
    """Every English text of ours."""
    found = {text for path in SOURCE.rglob("*.py") for text in _of_code(path)}
    return {text for text in found.union(*map(_of_template, TEMPLATES.glob("*.j2"))) if text}


def _of_code(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in ("worded", "Worded"):
                yield from _values(node.args[0])
            elif name == "count" and len(node.args) > 1:
                yield from _counted([part.value for part in node.args[1:] if isinstance(part, ast.Constant)])


def _values(node: ast.expr) -> Iterator[str]:
    """The text, or every text of a table."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value)


def _of_template(path: Path) -> Iterator[str]:
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "worded" and isinstance(call.args[0], nodes.Const):
            yield call.args[0].value
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name == "count":
            yield from _counted([part.value for part in filtered.args if isinstance(part, nodes.Const)])


def _counted(found: list[object]) -> list[str]:
    words = [word for word in found if isinstance(word, str)]
    return [words[0], words[1] if len(words) > 1 else words[0] + "s"] if words else []


# --- what is left of English in a page -------------------------------------------------------------

# Words that no Italian sentence has, and hardly an English one lacks. Left out: a, in, come, no, file, master.
ENGLISH = re.compile(
    r"\b(the|of|not|and|is|was|are|to|by|from|with|its|that|this|been|found|for|has|have|it|on|or|an|be|what|any)\b",
    re.IGNORECASE,
)


def english_left(page: str, quoted: Iterable[str]) -> list[str]:
    """Texts of a page, alternatives and labels among them, with English in them that is none of what is `quoted`.

    A part that says itself that it is English (`lang`) is quoted too.
    """
    apart = sorted({text for text in quoted if len(text) > 1}, key=len, reverse=True)
    left = []
    for text in _Texts(page).texts:
        rest = text
        for foreign in (part for part in apart if part in text):
            rest = re.sub(rf"(?<!\w){re.escape(foreign)}(?!\w)", " ", rest)
        if ENGLISH.search(rest):
            left.append(text)
    return left


class _Texts(HTMLParser):
    """What a page says, by text node and by attribute that people read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [given[name] or "" for name in ("alt", "aria-label", "title", "placeholder") if given.get(name)]
        if tag in ("style", "script") or (given.get("lang") == "en" and tag != "html"):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.texts.append(" ".join(data.split()))


def quoted(verdict: Verdict) -> set[str]:
    """Everything a verdict's outputs quote and no language changes: dossier, packs, file names and marks."""
    rulings = [r for standing in verdict.standings for decision in standing.decisions for r in decision.rulings]
    records = [plain(part, whole=True) for part in (verdict.dossier, verdict.materials, verdict.master_marks)]
    said = {
        text for record in [*records, *(plain(ruling, whole=True) for ruling in rulings)] for text in _leaves(record)
    }
    as_shown = {form for text in said for form in (" ".join(text.split()), sentence(" ".join(text.split())))}
    return as_shown | {text.rstrip(".") for text in as_shown if len(text.split()) > 3}


def _leaves(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for part in data.values():
            yield from _leaves(part)
    elif isinstance(data, Sequence):
        for part in data:
            yield from _leaves(part)
