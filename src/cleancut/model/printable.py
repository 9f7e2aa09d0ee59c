"""Text from outside, made safe to show: it can neither move a cursor nor deceive by its direction."""

from __future__ import annotations

import unicodedata

_OVERRIDES = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def printable(text: str) -> str:
    """The text with control, direction-override and unpaired surrogate characters shown as escapes; line feeds stay.

    Names in right-to-left scripts need none of these: only a text that means to deceive, or broken bytes, has them.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(char if char == "\n" or not _is_hidden(char) else _escape(char) for char in text)


def _is_hidden(char: str) -> bool:
    return char in _OVERRIDES or unicodedata.category(char) in ("Cc", "Cs")


def _escape(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
