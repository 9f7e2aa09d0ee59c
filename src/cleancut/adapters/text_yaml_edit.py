"""Change the data of a YAML file in place: what is not changed stays byte for byte, comments and layout included.

Values are replaced where they stand; new keys and items are written at the end of their mapping or list. Nothing is
ever taken away by this module: a list that would become shorter is replaced as a whole. The outcome is read again and
must be exactly the data that was wanted, so that a layout this module does not master is refused, never damaged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from cleancut.adapters.text_yaml import parse_document
from cleancut.errors import DossierError

WIDEST = 110  # characters of a list that stays on one line


@dataclass(frozen=True)
class _Edit:
    """Replace text[start:end]. Edits at one place are made in the order in which they were found."""

    start: int
    end: int
    text: str


def edited(text: str, wanted: Mapping[str, Any], name: str) -> str:
    """The text of a YAML mapping with `wanted` as its data. Raises `DossierError` where its layout forbids it."""
    was = parse_document(text, name).data
    if was == wanted:
        return text
    root = yaml.compose(text, Loader=yaml.SafeLoader) or yaml.MappingNode("", [])
    page = _Page(text)
    changed = _applied(text, sorted(page.changes(root, was, wanted), key=lambda edit: edit.start))
    if _data(changed, name) != wanted:
        raise DossierError(
            f"{name}: its layout cannot be changed without rewriting it; nothing was written",
            "put lists one record under another, as in the file that `cleancut init` writes",
        )
    return changed


def written(data: Mapping[str, Any]) -> str:
    """A new YAML file of this data, in block style."""
    return "".join(f"{line}\n" for key, value in data.items() for line in _entry(key, value, 0))


def _applied(text: str, edits: list[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def _data(text: str, name: str) -> Any:
    try:
        return parse_document(text, name).data
    except DossierError:
        return None


class _Page:
    """The text with what is needed to write into it as its author did."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def changes(self, node: yaml.Node, was: Any, wanted: Any, outside: yaml.Node | None = None) -> Iterator[_Edit]:
        """The edits that turn `was`, written at this node, into `wanted`; those of inner nodes before its own."""
        if was == wanted:
            return
        if isinstance(node, yaml.MappingNode) and isinstance(wanted, Mapping) and was.keys() <= wanted.keys():
            for key, value in node.value:
                yield from self.changes(value, was[key.value], wanted[key.value], node)
            yield from self._additions(node, {key: wanted[key] for key in wanted if key not in was})
        elif isinstance(node, yaml.SequenceNode) and isinstance(wanted, list) and 0 < len(was) <= len(wanted):
            for i, item in enumerate(node.value):
                yield from self.changes(item, was[i], wanted[i], node)
            yield from self._additions(node, wanted[len(was) :])
        else:
            yield self._replacement(node, wanted, outside)

    def _additions(self, node: yaml.CollectionNode, new: Any) -> Iterator[_Edit]:
        if not new:
            return
        entries = new.items() if isinstance(new, Mapping) else [(None, item) for item in new]
        if node.flow_style:
            at = self._end(_last(node)) if node.value else node.start_mark.index + 1
            joined = ", ".join(
                _flow(value) if key is None else f"{_scalar(key)}: {_flow(value)}" for key, value in entries
            )
            yield _Edit(at, at, f", {joined}" if node.value else joined)
            return
        indent = node.start_mark.column
        lines = [
            line
            for key, value in entries
            for line in (_item(value, indent) if key is None else _entry(key, value, indent))
        ]
        yield self._below(self._end(node), lines)

    def _replacement(self, node: yaml.Node, wanted: Any, outside: yaml.Node | None) -> _Edit:
        start, end = node.start_mark.index, self._end(node)
        if isinstance(wanted, list | Mapping) and wanted and _is_empty(node) and outside and _is_block(outside):
            lines = _lines(wanted, outside.start_mark.column + 2)
            below = self._below(end, lines)
            rest = self.text[end : below.start]
            return _Edit(start, below.end, (rest if rest.strip() else rest.lstrip(" ")) + below.text)
        value = _flow(wanted)
        if start == end:
            value = f" {value}"
        elif self.text[end - 1] == "\n":
            value += self.newline
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            value = f"  {value}"  # a block list may stand no deeper than its key, another value may not
        return _Edit(start, end, value)

    def _below(self, end: int, lines: list[str]) -> _Edit:
        """An insertion of whole lines below the line in which something ends, behind a comment on that line."""
        at = end
        if end == 0 or self.text[end - 1] != "\n":
            feed = self.text.find("\n", end)
            at = len(self.text) if feed < 0 else feed + 1
        before = "" if at == 0 or self.text[at - 1] == "\n" else self.newline
        return _Edit(at, at, before + "".join(line + self.newline for line in lines))

    def _end(self, node: yaml.Node) -> int:
        """Where the last thing of a node ends. PyYAML ends a block where the next token begins, behind comments."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            return self._end(_last(node))
        return int(node.end_mark.index)


def _last(node: yaml.CollectionNode) -> yaml.Node:
    last: yaml.Node | tuple[yaml.Node, yaml.Node] = node.value[-1]
    return last[1] if isinstance(last, tuple) else last


def _is_empty(node: yaml.Node) -> bool:
    """Whether it is `[]`, `{}`, `~` or nothing at all."""
    if isinstance(node, yaml.ScalarNode):
        return node.style is None and node.value in ("", "~")
    return not node.value and node.end_mark.index - node.start_mark.index == 2


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.flow_style


# --- writing values ---------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[^\W_][\w ./@()+-]*(?<! )")
_NUMBER_LIKE = re.compile(r"[\d._,:+-]+|\d[\d.]*[eE][\d+-]+|0[xo][0-9a-fA-F]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MEANT_OTHERWISE = frozenset({"true", "false", "null", "y", "n", "on", "off", "nan", "inf"})
_TO_ESCAPE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def _scalar(value: str | None) -> str:
    """A text so that it is read back as it is, by this program and by others; plain where that is safe."""
    if value is None:
        return "~"
    is_word = (_PLAIN.fullmatch(value) and value.isascii()) or value in ("yes", "no")
    is_other = value.lower() in _MEANT_OTHERWISE or (value.lower() in ("yes", "no") and not value.islower())
    if _DATE.fullmatch(value) or (is_word and not is_other and not _NUMBER_LIKE.fullmatch(value)):
        return value
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _lines(value: Any, indent: int) -> list[str]:
    """A collection that is not empty, as the lines below its key."""
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _entry(key, inner, indent)]
    return [line for item in value for line in _item(item, indent)]


def _entry(key: str, value: Any, indent: int) -> list[str]:
    head = " " * indent + _scalar(key) + ":"
    if isinstance(value, list | Mapping) and value and not _is_short(value):
        return [head, *_lines(value, indent + 2)]
    return [f"{head} {_flow(value)}"]


def _item(value: Any, indent: int) -> list[str]:
    if isinstance(value, Mapping) and value:
        first, *others = _lines(value, indent + 2)
        return [" " * indent + "- " + first[indent + 2 :], *others]
    return [" " * indent + "- " + _flow(value)]


def _is_short(value: Any) -> bool:
    """Whether a collection may stand on the line of its key: a list of plain texts that fits."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len(_flow(value)) <= WIDEST
