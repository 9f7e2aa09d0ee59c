"""Libraries that come with an extra: the library, or why there is none and the line that installs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cleancut.ports import Unreadable


def library(module: str, extra: str, reads: str) -> Any:
    """The module that reads such files. Raises `Unreadable` where it is not installed: no other is tried instead."""
    try:
        return import_module(module)
    except ImportError:
        raise Unreadable(
            f"no reader for {reads} is installed", f"Install it with: pip install 'cleancut[{extra}]'"
        ) from None
