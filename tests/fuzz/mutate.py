"""Bytes, and what could become of them: by disks and careless programs, and by somebody who means it."""

from __future__ import annotations

import random
from collections.abc import Sequence

EXTREMES = (
    b"\x00",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\x00\x00\x00\x00",
    b"\x00\x00\x00\x08",
)
WORDS = (
    *(b"yes", b"no", b"True", b"unsure", b"null", b"~", b"[]", b"{}", b"- ", b": ", b"'", b'"', b"&a", b"*a"),
    *(b"!!python/object:os", b"0", b"-1", b"1e999", b"NaN", b"9" * 40, b"2026-02-30", b"9999-12-31", b"0001-01-01"),
    *(b"../../etc", b"\\", b"%", b"*", b"?", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\x00", b"\r", b"\t"),
    *(b"\xe2\x80\xae", b"[" * 60, b"{" * 60, b"\\ud800", b"moov", b"udta", b"uuid", b"meta", b"tEXt", b"iTXt", b"zTXt"),
    *(b"IDAT", b"Exif\0\0", b"<rdf:RDF", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"),
)
MOST_CHANGES = 6
LONGEST = 1 << 22


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds, changed in one to six ways."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(_CHANGES)(chance, data, seeds)
        del data[LONGEST:]
    return bytes(data)


def _place(chance: random.Random, data: bytearray) -> int:
    """Anywhere, and as often among the first bytes, where headers are."""
    return chance.randint(0, min(len(data), 300) if chance.random() < 0.4 else len(data))


def _stretch(chance: random.Random, data: bytearray) -> slice:
    first = _place(chance, data)
    return slice(first, first + int(chance.paretovariate(0.6)) + 1)


def _flip(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    if data:
        data[_place(chance, data) % len(data)] ^= 1 << chance.randrange(8)


def _noise(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = _stretch(chance, data)
    data[at] = chance.randbytes(min(len(data[at]), 4096))


def _cut(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    del data[_place(chance, data) :]


def _drop(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    del data[_stretch(chance, data)]


def _repeat(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = _stretch(chance, data)
    data[at.start : at.start] = bytes(data[at][:4096]) * chance.randint(1, 9)


def _extreme(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    what, at = chance.choice(EXTREMES), _place(chance, data)
    data[at : at + len(what)] = what


def _word(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    at = _place(chance, data)
    data[at:at] = chance.choice(WORDS)


def _splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = bytearray(chance.choice(seeds))
    data[_place(chance, data) :] = other[_place(chance, other) :]


def _lines(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """Lines, which hold what belongs together in text: one doubled, moved, lost or under another indentation."""
    lines = bytes(data).split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    way = chance.randrange(4)
    if way == 0:
        lines.insert(other, lines[one])
    elif way == 1:
        lines[one], lines[other] = lines[other], lines[one]
    elif way == 2:
        del lines[one]
    else:
        lines[one] = b" " * chance.randrange(8) + lines[one].lstrip()
    data[:] = b"\n".join(lines)


def _value(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """What stands after a colon: another value, or nothing."""
    lines = bytes(data).split(b"\n")
    marked = [number for number, line in enumerate(lines) if b":" in line]
    if marked:
        number = chance.choice(marked)
        key = lines[number].partition(b":")[0]
        lines[number] = (
            key + b": " + chance.choice((b"", chance.choice(WORDS), lines[chance.choice(marked)].partition(b":")[2]))
        )
        data[:] = b"\n".join(lines)


_CHANGES = (
    _flip,
    _flip,
    _noise,
    _cut,
    _drop,
    _repeat,
    _extreme,
    _extreme,
    _word,
    _word,
    _splice,
    _lines,
    _lines,
    _value,
    _value,
)
