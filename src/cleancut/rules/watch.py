"""What a prompt names that may be protected: titles, characters, artists, performers, public figures, imitation.

A hit is a question, never a judgement: a street may be called as an actor is. Found are a name in other spelling (case,
accents, hyphens, words run together or apart), in its forms (plural, possessive, -esque), and with a slip of the pen
where it is long. Not found: a work described without its name, and a name written to be overlooked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleancut.model.dossier import Watched

WORDS_SHOWN = 60  # characters
LONG, VERY_LONG = 7, 13  # letters from which one slip, or two, are forgiven

_FORMS = ("", "s", "es", "esque", "ish", "ian", "like", "style", "core")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hit:
    """`words` as they stand in the prompt of that number, counted from 1; `file` is the material whose mark told it,
    empty for a prompt that was declared."""

    prompt: int
    words: str
    name: str
    kind: str
    file: str = ""

    def __str__(self) -> str:
        words = self.words if len(self.words) <= WORDS_SHOWN else self.words[:WORDS_SHOWN] + " …"
        named = f"“{words}”" if self.words.casefold() == self.name.casefold() else f"“{words}” ({self.name})"
        prompt = f"prompt {self.prompt} in the mark of {self.file}" if self.file else f"prompt {self.prompt}"
        return f"{prompt} says {named}, {_KINDS.get(self.kind, self.kind)}"


_KINDS = {
    "title": "a title",
    "character": "a character",
    "artist": "an artist",
    "performer": "a performer",
    "public_figure": "a public figure",
    "phrase": "a phrase that imitates",
}


class WatchList:
    """Names to look for, made ready: build it once, ask it often."""

    def __init__(self, watched: Iterable[Watched]) -> None:
        self._exact: dict[str, Watched] = {}
        self._near: dict[str, set[str]] = {}
        self._inside: list[tuple[str, Watched]] = []
        self._longest = 1
        self._shapes: set[tuple[str, int]] = set()  # first letter and length of whatever may be near a name
        self._known: dict[str, Watched | None] = {}
        for entry in watched:
            for name in (entry.name, *entry.also):
                for words in _spellings(name):
                    self._add(words, entry)

    def _add(self, words: Sequence[str], entry: Watched) -> None:
        joined = "".join(words)
        if joined in self._exact:
            return
        if not joined.isascii():
            self._inside.append((joined, entry))  # scripts that part no words
        self._longest = max(self._longest, len(words))
        for length in range(len(joined) - _slips(joined), len(joined) + _slips(joined) + 1):
            self._shapes.add((joined[0], length))
        self._exact[joined] = entry
        for shorter in _shortened(joined, _slips(joined)):
            self._near.setdefault(shorter, set()).add(joined)

    def hits(self, prompts: Sequence[str]) -> tuple[Hit, ...]:
        """Every watched name in the prompts, each once a prompt, in the order of the prompts and of their words."""
        return tuple(hit for number, prompt in enumerate(prompts, 1) for hit in self._in(number, prompt))

    def _in(self, number: int, prompt: str) -> Iterator[Hit]:
        seen: set[str] = set()
        for words, joined in self._windows(_visible(prompt)):
            if joined not in self._known:
                self._known[joined] = self._named(joined)
            entry = self._known[joined]
            if entry and entry.name not in seen:
                seen.add(entry.name)
                yield Hit(number, words, entry.name, entry.kind)

    def _windows(self, prompt: str) -> Iterator[tuple[str, str]]:
        """Every run of as many words as a name may have, one more for a name written apart: as written, and joined."""
        found = list(_WORD.finditer(prompt))
        folded = [_folded(word[0]) for word in found]
        for first in range(len(found)):
            for last in range(min(len(found), first + self._longest + 1) - 1, first - 1, -1):
                written = prompt[found[first].start() : found[last].end()]
                for spelling in {"".join(words) for words in zip(*folded[first : last + 1], strict=True)}:
                    yield written, spelling

    def _named(self, joined: str) -> Watched | None:
        for form in _FORMS:
            if joined.endswith(form) and (entry := self._exact.get(joined.removesuffix(form) if form else joined)):
                return entry
        for inside, entry in self._inside:
            if inside in joined:
                return entry
        return self._by_a_slip(joined)

    def _by_a_slip(self, joined: str) -> Watched | None:
        if len(joined) < LONG - 1 or (joined[0], len(joined)) not in self._shapes:
            return None
        for shorter in _shortened(joined, 2 if len(joined) >= VERY_LONG - 2 else 1):
            for name in sorted(self._near.get(shorter, ())):
                if name[0] == joined[0] and _distance(name, joined) <= _slips(name):
                    return self._exact[name]
        return None


def watched_of(data: Mapping[str, Iterable[object]]) -> tuple[Watched, ...]:
    """The list that ships: kind to names; a list of names is a name with others for the same."""
    found = []
    for kind, names in data.items():
        for name in names:
            first, *also = [str(part) for part in name] if isinstance(name, list | tuple) else [str(name)]
            found.append(Watched(first, kind, tuple(also)))  # type: ignore[arg-type]
    return tuple(found)


def _visible(text: str) -> str:
    """Without characters that show nothing, which would hide a word."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _folded(word: str) -> tuple[str, str]:
    """A word in its two plain spellings: Schröder as schroder, and as schroeder."""
    lower = unicodedata.normalize("NFC", word.casefold()).translate(_LETTERS)
    return _bare(lower), _bare(lower.translate(_UMLAUTS))


def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    return "".join(char for char in parts if not unicodedata.combining(char))


def _spellings(name: str) -> list[list[str]]:
    """The words of a name, in each of its plain spellings."""
    folded = [_folded(word) for word in _WORD.findall(_visible(name))]
    return [list(words) for words in dict.fromkeys(zip(*folded, strict=True))]


def _slips(name: str) -> int:
    return 2 if len(name) >= VERY_LONG else 1 if len(name) >= LONG else 0


def _shortened(word: str, slips: int) -> Iterator[str]:
    """The word, and the word without one letter, or without two: near words meet in one of them."""
    yield word
    shorter = {word}
    for _ in range(slips):
        shorter = {item[:i] + item[i + 1 :] for item in shorter for i in range(len(item))}
        yield from shorter


def _distance(one: str, other: str) -> int:
    """Letters to add, take away, replace or swap with their neighbour (optimal string alignment)."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
