"""The reference picture engine: features propose, pixels decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ContextDecorator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from cleancut.match import sketch as sketches
from cleancut.match.agree import Hit
from cleancut.match.catalogue import Catalogue, Volume
from cleancut.match.film import Film, Target
from cleancut.match.fingerprint import Registered, Volumes, check_stamp, stamp
from cleancut.match.judge import judge
from cleancut.match.picture import Arrays, Frame
from cleancut.match.propose import propose
from cleancut.match.seek import Closer, Told, seek
from cleancut.match.sketch import Keys
from cleancut.match.verify import Appearance, appearances
from cleancut.model.findings import Engine, Finding
from cleancut.model.material import Material, MaterialKind

NAME, VERSION = "features-and-pixels", "21"


class _SingleThreaded(ContextDecorator):
    """OpenCV in one thread, and then as before: it knows no other way than for the whole process. Pictures are small
    here, so that its threads would wait for each other, and take twice the processor time for nothing."""

    def __init__(self) -> None:
        self._inside: list[None] = []  # one for each thread that is; a list, for a count would need a lock
        self._before = 1

    def __enter__(self) -> None:
        if (before := cv2.getNumThreads()) != 1:
            self._before = before
            cv2.setNumThreads(1)
        self._inside.append(None)

    def __exit__(self, *raised: object) -> None:
        self._inside.pop()
        if not self._inside:
            cv2.setNumThreads(self._before)


_one_thread = _SingleThreaded()


class ReferenceEngine:
    """SIFT features against an inverted file; maps, lines in time and ends decided by correlation of thumbnails.

    Sees no colour. Finds what is turned, mirrored, or under a move of the camera added later. Does not find: inverted
    luma, insets under a tenth of the frame's width, appearances under half a second that fall between key frames.
    """

    context = sketches.CONTEXT
    width = sketches.KEY_WIDTH

    def __init__(self, threads: int = 1) -> None:
        """`threads` extract features and search side by side; findings do not depend on their number."""
        self._threads = threads

    @property
    def identity(self) -> Engine:
        return Engine(NAME, VERSION, {"features": sketches.MASTER_FEATURES, "key_seconds": str(sketches.KEY_SECONDS)})

    @_one_thread
    def fingerprint(self, frames: Iterable[Frame], kind: MaterialKind) -> Arrays:
        return {**sketches.fingerprint(frames, kind, self._threads), **stamp(NAME, VERSION)}

    def doubt(self, fingerprint: Arrays) -> str:
        return sketches.doubt(fingerprint)

    @_one_thread
    def sketch(self, frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction) -> Arrays:
        return {**sketches.sketch_part(frames, first, rate, self._threads), **stamp(NAME, VERSION)}

    @_one_thread
    def glimpse(self, frames: Iterable[tuple[int, Frame]]) -> Arrays:
        return {**sketches.sketch_singly(frames, self._threads), **stamp(NAME, VERSION)}

    def volume(self, fingerprints: Iterable[Arrays]) -> Arrays:
        def checked() -> Iterator[Keys]:
            for arrays in fingerprints:
                check_stamp(arrays, NAME, VERSION)
                yield Keys.unpacked(arrays)

        return {**Volume.of(checked()).packed(), **stamp(NAME, VERSION)}

    @_one_thread
    def seek(
        self,
        glimpses: Sequence[Arrays],
        frames: int,
        rate: Fraction,
        register: Registered,
        closer: Closer,
        progress: Told,
        volumes: Volumes = (),
    ) -> tuple[Finding, ...]:
        if not register:
            return ()
        catalogue = self._catalogue(register, volumes)

        def searched(parts: Sequence[Arrays]) -> list[Hit]:
            progress.stage("search", len(parts))
            return _hits(parts, catalogue, progress)

        film, seen = seek(
            searched(glimpses),
            Film(glimpses, rate, frames),
            _Targets(register, range(len(register))),
            closer,
            searched,
            progress,
        )
        return _judged(film, register, seen)

    @_one_thread
    def search(
        self, sketch: Iterable[Arrays], register: Registered, progress: Told, volumes: Volumes = ()
    ) -> list[Hit]:
        return _hits(sketch, self._catalogue(register, volumes), progress) if register else []

    @_one_thread
    def find(
        self,
        sketch: Sequence[Arrays],
        rate: Fraction,
        register: Registered,
        progress: Told,
        volumes: Volumes = (),
        hits: Sequence[Hit] | None = None,
    ) -> tuple[Finding, ...]:
        if not register:
            return ()
        if hits is None:
            progress.stage("search", len(sketch))
            hits = self.search(sketch, register, progress, volumes)
        grouped, film = _by_material(hits), Film(sketch, rate)
        progress.stage("verify", len(grouped))
        seen: list[Appearance] = []
        for number, own in grouped.items():
            seen += appearances(film, _target(*register[number]), own)
            progress.advance()
        return _judged(film, register, seen)

    def _catalogue(self, register: Registered, volumes: Volumes) -> Catalogue:
        if not volumes:
            volumes = [(self.volume(arrays for _, arrays in register), np.arange(len(register)))]
        for arrays, _ in volumes:
            check_stamp(arrays, NAME, VERSION)
        return Catalogue.of([(Volume.unpacked(arrays), numbers) for arrays, numbers in volumes], self._threads)


class _Targets(Sequence[Target]):
    """What verification reads of the materials with these numbers, loaded when it is read; a few stay in memory."""

    LOADED = 8

    def __init__(self, register: Registered, numbers: Sequence[int]) -> None:
        self._register, self._numbers = register, numbers
        self._of = lru_cache(self.LOADED)(self._loaded)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Target: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Target]: ...
    def __getitem__(self, place: int | slice) -> Target | Sequence[Target]:
        if isinstance(place, slice):
            return _Targets(self._register, self._numbers[place])
        return self._of(self._numbers[place])

    def _loaded(self, number: int) -> Target:
        return _target(*self._register[number])


def _hits(sketch: Iterable[Arrays], catalogue: Catalogue, progress: Told) -> list[Hit]:
    hits: list[Hit] = []
    for count, some in propose(_keys(sketch), catalogue):
        hits += some
        progress.advance(count)
    return hits


def _keys(sketch: Iterable[Arrays]) -> Iterator[Keys]:
    for part in sketch:
        check_stamp(part, NAME, VERSION)
        yield Keys.unpacked(part)


def _by_material(hits: Iterable[Hit]) -> dict[int, list[Hit]]:
    grouped: dict[int, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.material, []).append(hit)
    return dict(sorted(grouped.items()))


def _judged(film: Film, register: Registered, seen: Sequence[Appearance]) -> tuple[Finding, ...]:
    """Only what was seen of the register is read."""
    numbers = sorted({one.material for one in seen})
    places = {number: place for place, number in enumerate(numbers)}
    materials = [register[number][0] for number in numbers]
    renumbered = [replace(one, material=places[one.material]) for one in seen]
    return judge(film, _Targets(register, numbers), materials, renumbered)


def _target(material: Material, arrays: Arrays) -> Target:
    check_stamp(arrays, NAME, VERSION)
    thumbs: NDArray[np.uint8] = arrays["thumbs"]
    seconds: NDArray[Any] = arrays["seconds"]
    return Target(thumbs, seconds, float(arrays["aspect"]), material.kind == "still")
