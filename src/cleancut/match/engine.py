"""The reference picture engine: features propose, pixels decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cleancut.match import sketch as sketches
from cleancut.match.film import Film, Target
from cleancut.match.fingerprint import check_stamp, stamp
from cleancut.match.judge import judge
from cleancut.match.picture import Arrays, Frame
from cleancut.match.propose import Catalogue, Hit, propose
from cleancut.match.seek import Closer, Told, seek
from cleancut.match.sketch import Keys
from cleancut.match.verify import Appearance, appearances
from cleancut.model.findings import Engine, Finding
from cleancut.model.material import Material, MaterialKind

NAME, VERSION = "features-and-pixels", "3"


class ReferenceEngine:
    """SIFT features against an inverted file; maps, lines in time and ends decided by correlation of thumbnails.

    Sees no colour. Finds what is turned, mirrored, or under a move of the camera added later. Does not find: inverted
    luma, insets under a sixth of the frame's width, appearances under half a second that fall between key frames.
    """

    context = sketches.CONTEXT

    def width(self, of: Literal["master", "material"]) -> int:
        return sketches.KEY_WIDTH

    @property
    def identity(self) -> Engine:
        return Engine(NAME, VERSION, {"features": sketches.MASTER_FEATURES, "key_seconds": str(sketches.KEY_SECONDS)})

    def fingerprint(self, frames: Iterable[Frame], kind: MaterialKind) -> Arrays:
        return {**sketches.fingerprint(frames, kind), **stamp(NAME, VERSION)}

    def sketch(self, frames: Iterable[tuple[int, Frame]], first: int, rate: Fraction) -> Arrays:
        return {**sketches.sketch_part(frames, first, rate), **stamp(NAME, VERSION)}

    def glimpse(self, frames: Iterable[tuple[int, Frame]]) -> Arrays:
        return {**sketches.sketch_singly(frames), **stamp(NAME, VERSION)}

    def seek(
        self,
        glimpses: Sequence[Arrays],
        frames: int,
        rate: Fraction,
        register: Sequence[tuple[Material, Arrays]],
        closer: Closer,
        progress: Told,
    ) -> tuple[Finding, ...]:
        for _, arrays in register:
            check_stamp(arrays, NAME, VERSION)
        if not register:
            return ()
        catalogue = _catalogue(register)
        targets = [_target(material, arrays) for material, arrays in register]
        film, seen = seek(
            _hits(glimpses, catalogue, progress),
            Film(glimpses, rate, frames),
            targets,
            closer,
            lambda parts: _hits(parts, catalogue, progress),
            progress,
        )
        return judge(film, targets, [material for material, _ in register], seen)

    def find(
        self, sketch: Sequence[Arrays], rate: Fraction, register: Sequence[tuple[Material, Arrays]], progress: Told
    ) -> tuple[Finding, ...]:
        for _, arrays in register:
            check_stamp(arrays, NAME, VERSION)
        if not register:
            return ()
        hits = _hits(sketch, _catalogue(register), progress)
        film = Film(sketch, rate)
        targets = [_target(material, arrays) for material, arrays in register]
        progress.stage("verify", len(register))
        seen: list[Appearance] = []
        for number, target in enumerate(targets):
            seen += appearances(film, target, [hit for hit in hits if hit.material == number])
            progress.advance()
        return judge(film, targets, [material for material, _ in register], seen)


def _catalogue(register: Sequence[tuple[Material, Arrays]]) -> Catalogue:
    return Catalogue.of([Keys.unpacked(arrays) for _, arrays in register])


def _hits(sketch: Sequence[Arrays], catalogue: Catalogue, progress: Told) -> list[Hit]:
    progress.stage("search", len(sketch))
    hits: list[Hit] = []
    for part in sketch:
        check_stamp(part, NAME, VERSION)
        hits += propose(Keys.unpacked(part), catalogue)
        progress.advance()
    return hits


def _target(material: Material, arrays: Arrays) -> Target:
    thumbs: NDArray[np.uint8] = arrays["thumbs"]
    seconds: NDArray[Any] = arrays["seconds"]
    return Target(thumbs, seconds, float(arrays["aspect"]), material.kind == "still")
