"""The language that people are spoken to in. English is what the code says; every other is one file of this folder.

`worded` gives a text of ours in the language spoken, `reworded` a whole sentence that another room composed in English:
judgement, readers and records know no language, so what they say is recognised by its form. What a catalogue lacks
stays English, never nothing; what is quoted from packs and dossiers is left as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from cleancut.adapters.text_yaml import read_document

ENGLISH = "en"
_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{(\w+)\}")
_BETWEEN = ("; ", " · ")  # sentences that judgement puts into one
_LONGEST_SENTENCE = 4000

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Language:
    """`texts` and `sentences` are English to this language, with the same places in braces. In a sentence, a place
    whose name begins with `said` holds another sentence, with `listed` several between commas; every other holds a
    name, which stays as it is."""

    code: str = ENGLISH
    decimal: str = "."
    thousands: str = ","
    texts: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _forms(self) -> list[tuple[re.Pattern[str], str]]:
        """Sentences with places in them; those that say the most themselves come first."""
        open_ones = sorted(filter(_PLACE.search, self.sentences), key=lambda text: (-len(_PLACE.sub("", text)), text))
        return [(_form(english), self.sentences[english]) for english in open_ones]

    def text(self, english: str) -> str:
        return self.texts.get(english, english)

    def sentence(self, english: str) -> str:
        if self.code == ENGLISH or not english or len(english) > _LONGEST_SENTENCE:
            return english
        known = self._known(english)
        if known is None and english[-1] in ".!?":
            known = f"{bare}{english[-1]}" if (bare := self._known(english[:-1])) is not None else None
        between = next((mark for mark in _BETWEEN if mark in english), "")
        if known is None and between:
            return between.join(map(self.sentence, english.split(between)))
        if known is None and english[0].isupper():
            small = self.sentence(english[0].lower() + english[1:])
            known = small[0].upper() + small[1:] if small[1:] != english[1:] else None
        return english if known is None else known

    def _known(self, english: str) -> str | None:
        """The whole of it as one entry of the catalogue; None where it is none."""
        if english in self.sentences:
            return self.sentences[english]
        for form, said in self._forms:
            if found := form.fullmatch(english):
                return said.format(**{place: self._held(place, text) for place, text in found.groupdict().items()})
        return None

    def _held(self, place: str, text: str) -> str:
        if place.startswith("said"):
            return self.sentence(text)
        return ", ".join(map(self.sentence, text.split(", "))) if place.startswith("listed") else text


def _form(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    return re.compile("".join(f"(?P<{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(parts)), re.DOTALL)


_PLAIN = Language()
_SPOKEN: ContextVar[Language] = ContextVar("language")


def languages() -> tuple[str, ...]:
    """Codes of the languages there are, English first."""
    return (ENGLISH, *sorted(path.stem for path in _FOLDER.glob("*.yaml")))


@cache
def language(code: str) -> Language:
    """The language of that code; each catalogue is read once. KeyError where there is none."""
    if code not in languages():
        raise KeyError(code)
    if code == ENGLISH:
        return _PLAIN
    data = read_document(_FOLDER / f"{code}.yaml").data
    return Language(code, data["decimal"], data["thousands"], data["texts"], data["sentences"])


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Everything worded within is in that language."""
    spoken = language(code)
    before = _SPOKEN.set(spoken)
    try:
        yield spoken
    finally:
        _SPOKEN.reset(before)


def code() -> str:
    """The code of the language spoken."""
    return _SPOKEN.get(_PLAIN).code


def template(english: str) -> str:
    """One of our own texts with its places still open."""
    return _SPOKEN.get(_PLAIN).text(english)


def worded(english: str, **values: object) -> str:
    """One of our own texts, its places filled."""
    said = template(english)
    return said.format(**values) if values else said


def reworded(english: str) -> str:
    """A sentence that another room composed; as it is where the language does not know it."""
    return _SPOKEN.get(_PLAIN).sentence(english)


def figure(number: str) -> str:
    """A number as English writes it, such as 1,234.5, as the language does."""
    spoken = _SPOKEN.get(_PLAIN)
    return number.translate({ord(","): spoken.thousands, ord("."): spoken.decimal})


class Worded(dict[Key, str]):
    """A table of our own texts: looking one up gives it in the language spoken."""

    def __getitem__(self, key: Key) -> str:
        return worded(super().__getitem__(key))

    def get(self, key: Key, default: str = "") -> str:  # type: ignore[override]  # a text is never None
        if key not in self:
            return default
        return self[key]
