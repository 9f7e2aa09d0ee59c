"""One incoming record laid over a dossier's own, field by field: nothing is taken away, and every change is told.

A value replaces a value; a list is only ever extended. Of a shot that is there already, the higher version stays: a
version is not another shot, and an old sheet does not bring an old version back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from cleancut.model.imports import Change
from cleancut.model.shots import code_of, version_of
from cleancut.usecases.registers import Column, FieldPath


def laid_over(
    record: Mapping[str, Any], values: Iterable[tuple[Column, Any]], cls: type
) -> tuple[dict[str, Any], tuple[Change, ...]]:
    """The record with these values, and what that changes. Its keys stand in the order of the record's class."""
    out, changes = dict(record), []
    for column, value in values:
        was = value_at(out, column.path)
        now = value
        if isinstance(value, list):
            listed = [was] if isinstance(was, str) else list(was or [])
            now = extended(listed, value, is_shots=column.path[-1] == "shots")
            if now == listed and was is not None:
                continue
        if now != was:
            out = _put(out, column.path, now)
            changes.append(_change(column, was, now))
    return ordered(out, cls), tuple(changes)


def extended(there: list[str], new: Iterable[str], *, is_shots: bool = False) -> list[str]:
    """The list with what is new at its end; shots by their codes."""
    found = list(there)
    for item in new:
        same = [i for i, other in enumerate(found) if is_shots and code_of(other) == code_of(item)]
        if item in found:
            continue
        if not same:
            found.append(item)
        elif version_of(item) > max(version_of(found[i]) for i in same):
            found[max(same, key=lambda i: version_of(found[i]))] = item
    return found


def value_at(record: Mapping[str, Any], path: FieldPath) -> Any:
    value: Any = record
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _put(record: Mapping[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    inner = record.get(path[0])
    now = value if len(path) == 1 else _put(inner if isinstance(inner, Mapping) else {}, path[1:], value)
    return {**record, path[0]: now}


def ordered(record: Mapping[str, Any], cls: type) -> dict[str, Any]:
    """Keys that the class knows, in its order; what was there stays before nothing but them."""
    hints = _hints(cls)
    known = [item.name for item in fields(cls) if item.name in record]
    out: dict[str, Any] = {}
    for key in (*known, *(key for key in record if key not in known)):
        parts = (hints.get(key), *get_args(hints.get(key)))
        inner = next((part for part in parts if isinstance(part, type) and is_dataclass(part)), None)
        is_nested = inner is not None and isinstance(record[key], Mapping)
        out[key] = ordered(record[key], inner) if inner and is_nested else record[key]
    return out


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def shown(value: Any) -> str:
    """A value as a preview shows it."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {shown(inner)}" for key, inner in value.items())
    return ", ".join(map(shown, value)) if isinstance(value, list | tuple) else str(value)


def _change(column: Column, was: Any, now: Any) -> Change:
    if isinstance(now, list) and isinstance(was, list):
        gone, new = [i for i in was if i not in now], [i for i in now if i not in was]
        return Change(column.name, shown(gone), f"+ {shown(new)}" if not gone else shown(new))
    return Change(column.name, shown(was), shown(now))
