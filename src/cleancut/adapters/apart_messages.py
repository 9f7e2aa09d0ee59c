"""Records as JSON between two of our processes. Nothing is pickled: a file may have taken the other side over."""

from __future__ import annotations

import base64
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints


def packed(value: Any) -> Any:
    """Plain data for a record, tuple, mapping, Fraction, text, number, bytes or None."""
    if is_dataclass(value):
        return {item.name: packed(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return [[packed(key), packed(item)] for key, item in value.items()]
    if isinstance(value, list | tuple):
        return [packed(item) for item in value]
    if isinstance(value, Fraction):
        return str(value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def unpacked(kind: Any, data: Any) -> Any:
    """What was packed, as `kind` says it is. Raises `ValueError` where it is anything else."""
    try:
        return _value(kind, data)
    except (TypeError, AttributeError, KeyError, ZeroDivisionError) as error:
        raise ValueError(f"no {kind}: {error}") from error


def _value(kind: Any, data: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if data is None and type(None) in inside:
            return None
        return _value(next(part for part in inside if part is not type(None)), data)
    if is_dataclass(kind):
        hints = _hints(cast(Any, kind))
        return cast(Any, kind)(**{name: _value(hints[name], item) for name, item in data.items()})
    if origin is tuple:
        kinds = [inside[0]] * len(data) if inside[1:] == (...,) else list(inside)
        return tuple(_value(part, item) for part, item in zip(kinds, data, strict=True))
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {_value(inside[0], key): _value(inside[1], item) for key, item in data}
    return _single(kind, data, origin, inside)


def _single(kind: Any, data: Any, origin: Any, inside: tuple[Any, ...]) -> Any:
    if origin is Literal:
        if data not in inside:
            raise ValueError(f"{data!r} is none of {inside}")
        return data
    if kind is Fraction:
        return Fraction(_single(str, data, None, ()))
    if kind is bytes:
        return base64.b64decode(data, validate=True)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is not kind:
        raise ValueError(f"{data!r} is no {kind}")
    return data


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
