"""XML as text, byte for byte the same every time: elements and attributes in the order given, indented, UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 cannot hold, not even as a reference. Controls and surrogates come here as escapes already.
_FORBIDDEN = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


def element(tag: str, content: str | int | Iterable[str] = "", attributes: Mapping[str, str] | None = None) -> str:
    """One element over one text, or over elements already made, each on lines of its own. Text must be printable."""
    named = "".join(f" {name}={quoteattr(held(value))}" for name, value in (attributes or {}).items())
    if isinstance(content, str | int):
        text = escape(held(str(content)))
        return f"<{tag}{named}>{text}</{tag}>" if text else f"<{tag}{named}/>"
    inside = "\n".join(content)
    if not inside:
        return f"<{tag}{named}/>"
    indented = "\n".join(f" {line}" for line in inside.split("\n"))
    return f"<{tag}{named}>\n{indented}\n</{tag}>"


def document(doctype: str, root: str) -> str:
    """A whole document: declaration, document type, root."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{root}\n'


def held(text: str) -> str:
    """Printable text without what XML cannot hold: that too is shown as escapes."""
    return text.translate(_FORBIDDEN)
