"""YAML read as text: every scalar is the string that was written, every node knows its line and column.

PyYAML parses; nothing is constructed from tags, so `yes` stays `yes` and 23.976 stays text. Refused: duplicate keys,
aliases and anchors (they can explode), tags, tabs, more than one document, and more than the caps below.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cleancut.errors import DossierError, FieldError

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 40

FieldPath = tuple[str | int, ...]
_LOOSE_BOOLEANS = frozenset({"True", "TRUE", "Yes", "YES", "Y", "y", "False", "FALSE", "No", "NO", "N", "n"})


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str) with the place each part was written at: path to (line, column), from 1."""

    name: str
    data: Any
    places: Mapping[FieldPath, tuple[int, int]]

    def place(self, path: FieldPath) -> str:
        """Where a part stands, or the nearest part around it that is there, as file:line:column."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"

    def located(self, error: FieldError) -> DossierError:
        """The same error with file, line, column and key in its message."""
        key = ".".join(str(part) for part in error.path)
        where = f"{self.place(error.path)}: " + (f"{key}: " if key else "")
        return DossierError(where + error.message, error.hint)


class YamlDocuments:
    """Dossiers and facts files on disk."""

    def read(self, path: Path) -> Document:
        return read_document(path)

    def exists(self, path: Path) -> bool:
        return path.is_file() and os.access(path, os.R_OK) and path.stat().st_size > 0


def read_document(path: Path) -> Document:
    """Read one YAML file. DossierError names file, line and column of what is refused, and the way out."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DossierError(f"{path}: larger than {MOST_BYTES // 1024 // 1024} MiB", "split it into several files")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DossierError(f"{path}: not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    except OSError as error:
        raise DossierError(f"{path}: {error.strerror or error}", "check the path and that you may read it") from error
    return parse_document(text, str(path))


def parse_document(text: str, name: str) -> Document:
    """Parse YAML text; `name` stands for the file in messages."""
    try:
        _refuse_what_explodes(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _refused(name, error) from error
    except yaml.reader.ReaderError as error:
        line, column = text.count("\n", 0, error.position) + 1, error.position - text.rfind("\n", 0, error.position)
        where = f"{name}:{line}:{column}"
        raise DossierError(f"{where}: a character that is no text", "remove it, or type it again") from error
    except yaml.YAMLError as error:
        raise DossierError(f"{name}: {error}", "check the indentation and the quotes") from error
    except RecursionError as error:
        raise DossierError(f"{name}: nested too deep", f"at most {DEEPEST} levels") from error
    places: dict[FieldPath, tuple[int, int]] = {}
    data = None if node is None else _plain(node, (), places, name)
    return Document(name, data, places)


def _refuse_what_explodes(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _at(
                name,
                event.start_mark,
                "anchors and aliases (& and *) are not read",
                "write the value out in each place",
            )
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise _at(name, event.start_mark, f"tags such as {tag} are not read", "write the value alone")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _at(name, event.start_mark, "nested too deep", f"at most {DEEPEST} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(node: yaml.Node, path: FieldPath, places: dict[FieldPath, tuple[int, int]], name: str) -> Any:
    places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, name)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), places, name) for i, item in enumerate(node.value)]
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _at(name, key_node.start_mark, "a key must be a plain word", "write key: value")
        key = key_node.value
        if key in mapping:
            first = places[(*path, key)][0]
            raise _at(name, key_node.start_mark, f"the key {key!r} is here twice (first in line {first})", "keep one")
        mapping[key] = _plain(value_node, (*path, key), places, name)
        places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
    return mapping


def _scalar(node: yaml.ScalarNode, name: str) -> str | None:
    """The text as written; an empty or null plain scalar is None. Refuses loose booleans such as True and Yes."""
    if node.style is None:
        if node.value in _LOOSE_BOOLEANS or node.value in ("true", "false"):
            raise _at(
                name,
                node.start_mark,
                f"{node.value} is not an answer",
                "write yes, no or unsure in small letters; put quotes around it where it is a text",
            )
        if node.value in ("", "~", "null"):
            return None
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in node.value):
        raise _at(name, node.start_mark, "half of a character (a lone surrogate)", "write the character itself")
    return str(node.value)


def _at(name: str, mark: Any, message: str, hint: str) -> DossierError:
    return DossierError(f"{name}:{mark.line + 1}:{mark.column + 1}: {message}", hint)


def _refused(name: str, error: yaml.MarkedYAMLError) -> DossierError:
    mark = error.problem_mark or error.context_mark
    message = error.problem or "not YAML"
    hint = (
        "indent with spaces, never tabs"
        if "'\\t'" in message
        else "check the indentation and the quotes near this place"
    )
    return _at(name, mark, message, hint) if mark else DossierError(f"{name}: {message}", hint)
