"""A cell's value in the words of the dossier, or why it has none. Nothing is guessed: what is not known is refused.

A cell that is a JSON string, `"like this"`, is exactly that text: so is written what would be read otherwise.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from cleancut.model.sheets import Cell
from cleancut.model.shots import ShotError, shots
from cleancut.usecases.registers import Column
from cleancut.usecases.words import Words, normal

CellValue = str | list[str]
DateOrder = Literal["day_first", "month_first", ""]

NONE_OF_THEM = "[]"
_BETWEEN = {"prompts": "\n", "material": "\n;"}  # what parts items; a comma may be in a prompt, and in a file's name
_TEXT_CAPS = 100_000
_HARMLESS = re.compile("'+\\s*[=+\\-@＝＋－＠]")
_NOT_FOR_CELLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class CellProblem(ValueError):
    """A cell that cannot be read. `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Reading:
    """How the cells of one sheet are to be read. `values`: column name to normal text to value, from a mapping file."""

    words: Words
    dates: DateOrder = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def value(self, column: Column, cell: Cell) -> CellValue | None:
        """The value, None where the cell says nothing. Raises `CellProblem`."""
        if cell.kind == "unreadable":
            raise CellProblem(cell.text, "correct it in the spreadsheet")
        if len(cell.text) > _TEXT_CAPS:
            raise CellProblem(f"longer than {_TEXT_CAPS:,} characters", "shorten it")
        if (broken := _broken(cell.text)) is not None:
            raise CellProblem(f"has a character that is no text (U+{ord(broken):04X})", "type it anew")
        text = cell.text.strip()
        if _HARMLESS.match(text):
            text = text[1:]  # the apostrophe that makes a spreadsheet take it for a text
        if column.kind == "list":
            return self._list(column, cell, text)
        if (exact := quoted(text)) is not None and column.kind == "text":
            return exact
        if not text or self._is_blank(column, text):
            return None
        if column.kind == "date":
            return self._date(text, cell)
        if column.kind == "choice":
            return self._choice(column, text)
        return _no_day(cell, text)

    def _is_blank(self, column: Column, text: str) -> bool:
        return text.casefold() in self.words.blank and text not in column.values

    def _list(self, column: Column, cell: Cell, text: str) -> list[str] | None:
        if text == NONE_OF_THEM:
            return []
        if not text or self._is_blank(column, text):
            return None
        _no_day(cell, text)
        if column.path[-1] == "shots":
            return self._shots(text)
        found: list[str] = []
        for item, is_exact in items(text, _BETWEEN.get(column.path[-1], "\n,;")):
            value = item if is_exact or not column.values else self._choice(column, item)
            if value not in found:
                found.append(value)
        return found

    def _shots(self, text: str) -> list[str]:
        parts = items(text, "\n,;")
        if any(is_exact for _, is_exact in parts):
            return [shot for item, is_exact in parts for shot in ([item] if is_exact else self._read_shots(item))]
        return self._read_shots(text)

    def _read_shots(self, text: str) -> list[str]:
        try:
            return list(shots(text, self.words.tasks))
        except ShotError as error:
            raise CellProblem(
                str(error), "a list such as ABC_010_0010, ABC_010_0020_v003, or a range of codes"
            ) from None

    def _choice(self, column: Column, text: str) -> str:
        name, said = column.path[-1], normal(text)
        own = self.values.get(column.name, {})
        if said in own:
            return own[said]
        if text in column.values or (text == "unknown" and column.path[0] == "answers"):
            return text
        known = {normal(value): value for value in column.values} | dict(self.words.values.get(name, {}))
        if "yes" in column.values:
            known |= {word: value for word, value in self.words.answers.items() if value in column.values}
        if "unsure" in column.values:
            known |= {word: "unsure" for word, value in self.words.answers.items() if value == "unsure"}
        if said in known:
            return known[said]
        if column.is_open:
            return text
        close = difflib.get_close_matches(said, known, n=1, cutoff=0.75)
        hint = f"did you mean {known[close[0]]}?" if close else "put remarks into a column of their own"
        raise CellProblem(f"expected {', '.join(column.values)}; found {text[:60]!r}", hint)

    def _date(self, text: str, cell: Cell) -> str:
        if cell.kind == "number":
            raise CellProblem(f"expected a date, found the number {text}", "format the column as a date")
        try:
            return self._day(text).isoformat()
        except CellProblem:
            raise
        except ValueError:
            raise CellProblem(f"expected a date such as 2026-03-31, found {text[:40]!r}") from None

    def _day(self, text: str) -> date:
        if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d.*)?", text, re.ASCII):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := re.fullmatch(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})", text, re.ASCII):
            return self._ordered(int(found[1]), int(found[3]), int(found[4]), found[2], text)
        day, month, year = self._in_words(text)
        return date(year, month, day)

    def _ordered(self, first: int, second: int, year: int, between: str, text: str) -> date:
        order = self.dates or ("day_first" if between == "." or first > 12 else "month_first" if second > 12 else "")
        if not order and first != second:
            raise CellProblem(
                f"{text} may be two different days",
                "write it as 2026-03-31, or say `dates: day_first` in the mapping file",
            )
        return date(year, first, second) if order == "month_first" else date(year, second, first)

    def _in_words(self, text: str) -> tuple[int, int, int]:
        parts = [part.rstrip(".") for part in re.split(r"[\s,/-]+", text) if part not in ("of", "de", "di", "")]
        months = [self.words.months[normal(part)] for part in parts if normal(part) in self.words.months]
        numbers = [
            re.sub(r"(?<=\d)(st|nd|rd|th)$", "", part) for part in parts if normal(part) not in self.words.months
        ]
        if len(months) != 1 or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            raise ValueError(text)
        days = sorted(numbers, key=len)
        if len(days[1]) != 4:
            raise ValueError(text)
        return int(days[0]), months[0], int(days[1])


def written(column: Column, value: CellValue, reading: Reading) -> str:
    """The cell that `Reading.value` reads as this value."""
    if isinstance(value, str):
        return value if _reads(column, value, value, reading) else _quoted(value)
    if not value:
        return NONE_OF_THEM
    plain = "\n".join(value)
    if _reads(column, plain, value, reading):
        return plain
    return "\n".join(
        item if _reads(column, item, [item], reading) and not item.isdecimal() else _quoted(item) for item in value
    )


def _reads(column: Column, text: str, value: CellValue, reading: Reading) -> bool:
    if _NOT_FOR_CELLS.search(text):
        return False
    try:
        return reading.value(column, Cell(text)) == value
    except CellProblem:
        return False


def quoted(text: str) -> str | None:
    """What a JSON string says; None where the text is none."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


def _quoted(text: str) -> str:
    """As JSON, with what no cell may hold, or would not keep, as an escape."""
    return re.sub(
        "[\x7f-\xa0\ufeff\ufffe\uffff\u2028\u2029]",
        lambda c: f"\\u{ord(c[0]):04x}",
        json.dumps(text, ensure_ascii=False),
    )


def items(text: str, between: str) -> list[tuple[str, bool]]:
    """The items of a list with whether each was written as a JSON string."""
    found: list[tuple[str, bool]] = []
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        if text[at] in between or text[at].isspace():
            at += 1
            continue
        if text[at] == '"':
            try:
                item, end = decoder.raw_decode(text, at)
            except ValueError:
                end = at
            after = text[end:].lstrip(" \t\r")
            if end > at and (not after or after[0] in between):
                found.append((str(item), True))
                at = end
                continue
        end = min((place for place in (text.find(char, at) for char in between) if place >= 0), default=len(text))
        found.append((text[at:end].strip(), False))
        at = end
    return found


def _no_day(cell: Cell, text: str) -> str:
    if cell.kind == "day":
        raise CellProblem(f"a date ({text}) where a text is expected", "format the column as text and type it again")
    return text


def _broken(text: str) -> str | None:
    return next((char for char in text if "\ud800" <= char <= "\udfff" or char == "\0"), None)
