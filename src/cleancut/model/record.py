"""Records read from plain data: one declaration (a frozen dataclass) gives reader, JSON Schema and reference.

A field's type is str, date, a Literal, another record, a tuple of those, or a mapping taken as it is. A field without a
default is required. `noted` carries what it means. Unknown keys are refused, naming the nearest known one.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from cleancut.errors import FieldError

R = TypeVar("R")
Path = tuple[str | int, ...]


def noted(doc: str, default: Any = MISSING) -> Any:
    """A field of a record with its meaning; required where no default is given."""
    return field(default=default, metadata={"doc": doc})


def read(cls: type[R], data: Any, path: Path = ()) -> R:
    """Build a record of `cls`. FieldError carries the path of what is missing, unknown or of another form."""
    if not isinstance(data, Mapping):
        raise FieldError(path, f"expected {_article(cls.__name__)} with {_keys(cls)}, found {_shown(data)}")
    known = {item.name: item for item in fields(cast(Any, cls))}
    for key in data:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
            hint = f"did you mean {close[0]}?" if close else f"known keys are {', '.join(known)}"
            raise FieldError((*path, key), f"unknown key {key!r} in {_article(cls.__name__)}", hint)
    hints = _hints(cast(Any, cls))
    values = {}
    for name, item in known.items():
        if data.get(name) is not None:
            values[name] = _value(hints[name], data[name], (*path, name))
        elif _is_required(item):
            raise FieldError(path, f"{_article(cls.__name__)} needs {name}", item.metadata.get("doc", ""))
    try:
        return cls(**values)
    except FieldError as error:
        raise FieldError((*path, *error.path), error.message, error.hint) from None


def plain(record: Any, *, whole: bool = False) -> Any:
    """The record as JSON-like data; fields at their default are left out unless `whole`. Reading it gives it back."""
    if is_dataclass(record):
        kept = (item for item in fields(record) if whole or _differs(item, getattr(record, item.name)))
        return {item.name: plain(getattr(record, item.name), whole=whole) for item in kept}
    if isinstance(record, Mapping):
        return {key: plain(value, whole=whole) for key, value in record.items()}
    if isinstance(record, tuple | list):
        return [plain(value, whole=whole) for value in record]
    return record.isoformat() if isinstance(record, date) else record


def _differs(item: Field[Any], value: Any) -> bool:
    return _is_required(item) or value != item.default


def json_schema(cls: type) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a record, for editors that complete and check while people type."""
    hints = _hints(cls)
    properties = {
        item.name: {**_schema(hints[item.name]), "description": item.metadata.get("doc", "")}
        for item in fields(cast(Any, cls))
    }
    required = [item.name for item in fields(cast(Any, cls)) if _is_required(item)]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _schema(hint: Any) -> dict[str, Any]:
    hint = _without_none(hint)
    if is_dataclass(hint):
        return json_schema(cast(type, hint))
    origin = get_origin(hint)
    if origin is tuple:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if hint is date:
        return {"type": "string", "format": "date"}
    return {"type": "string"} if hint is str else {"type": "object"}


def _value(hint: Any, data: Any, path: Path) -> Any:
    hint = _without_none(hint)
    if is_dataclass(hint):
        return read(cast(type, hint), data, path)
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(data, list):
            raise FieldError(path, f"expected a list, found {_shown(data)}", "write it as a list: [a, b]")
        return tuple(_value(get_args(hint)[0], item, (*path, i)) for i, item in enumerate(data))
    if origin is Literal:
        return _literal(get_args(hint), data, path)
    if hint is date:
        return _date(data, path)
    if hint is str:
        if not isinstance(data, str):
            raise FieldError(path, f"expected a text, found {_shown(data)}")
        return data
    if not isinstance(data, Mapping):
        raise FieldError(path, f"expected a mapping, found {_shown(data)}")
    return data


def _literal(allowed: tuple[str, ...], data: Any, path: Path) -> str:
    if data in allowed:
        return cast(str, data)
    close = difflib.get_close_matches(str(data), allowed, n=1, cutoff=0.5)
    raise FieldError(
        path, f"expected {', '.join(allowed)}; found {_shown(data)}", f"did you mean {close[0]}?" if close else ""
    )


def _date(data: Any, path: Path) -> date:
    try:
        if not isinstance(data, str) or len(data) != 10:
            raise ValueError
        return date.fromisoformat(data)
    except ValueError:
        raise FieldError(path, f"expected a date such as 2026-03-31, found {_shown(data)}") from None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _is_required(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return get_type_hints(cls)


def _keys(cls: Any) -> str:
    return ", ".join(item.name for item in fields(cls))


def _article(name: str) -> str:
    word = name.lower()
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def _shown(data: Any) -> str:
    if data is None:
        return "nothing"
    return "a list" if isinstance(data, list) else "a mapping" if isinstance(data, dict) else repr(data)
