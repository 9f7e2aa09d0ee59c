"""Look closely only where single frames show something, and as far on both sides as it goes on.

What comes out for frames that were looked at closely is what a look at the whole film gives for them: verification is
asked again until it has had every frame it wanted. Only which of a few equal hits a place is fitted to may differ, and
what no single key frame has enough features of is found only where those that do together were looked at in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cleancut.match.agree import Hit
from cleancut.match.film import Film, Target
from cleancut.match.picture import Arrays
from cleancut.match.pose import best_pose
from cleancut.match.verify import CLUSTER_GAP_SECONDS, FAIR, Appearance, appearances, clusters
from cleancut.model.timing import Span, join, missing

NEAR = 5  # frames on both sides of a hit: it lies on a start, and what comes before may belong to it
HOPEFUL, HOPEFUL_WEAK = 0.2, 0.35  # correlation at a hit without which nobody looks closer


class Told(Protocol):
    """Who is told how far it has come."""

    def stage(self, name: str, total: int | None = None) -> None: ...
    def advance(self, count: int = 1) -> None: ...


Closer = Callable[[Sequence[Span]], Sequence[Arrays]]
"""Sketches of all that was looked at closely so far, in order; that now holds these spans, as far as they decode."""


def seek(
    glimpsed: Sequence[Hit],
    glimpses: Film,
    targets: Sequence[Target],
    closer: Closer,
    hits_of: Callable[[Sequence[Arrays]], list[Hit]],
    progress: Told,
) -> tuple[Film, list[Appearance]]:
    """The film as far as it was looked at closely, and every appearance in it. `glimpsed` are the hits of single
    frames, of which `glimpses` is the film; `hits_of` gives those of parts that were looked at closely."""
    hunt = _Hunt(targets, hits_of, progress, round(CLUSTER_GAP_SECONDS * glimpses.rate), glimpses.frames)
    wanted = [_near(hit, glimpses.frames) for hit in glimpsed if _is_hopeful(glimpses, targets[hit.material], hit)]
    film = Film((), glimpses.rate, glimpses.frames)
    while wanted := _unseen(wanted, film):
        parts = closer(wanted)
        if len(parts) == hunt.parts:
            break  # the rest does not decode
        film = Film(parts, glimpses.rate, glimpses.frames)
        wanted = hunt.look(film, parts)
    return film, hunt.found


def _is_hopeful(glimpses: Film, target: Target, hit: Hit) -> bool:
    pose = best_pose(glimpses, target, [hit])
    return pose is not None and pose.correlation >= (HOPEFUL if hit.weight >= FAIR else HOPEFUL_WEAK)


def _near(hit: Hit, frames: int) -> Span:
    return Span(max(0, hit.frame - NEAR), min(frames, hit.frame + NEAR + 1))


def _unseen(wanted: Iterable[Span], film: Film) -> list[Span]:
    """The parts of some spans that the film does not show."""
    return [gap for span in join(list(wanted)) for gap in missing(_within(film.shown, span), span)]


def _within(shown: Sequence[Span], span: Span) -> list[Span]:
    return [one for one in shown if one.overlap(span)]


@dataclass(eq=False)
class _Hunt:
    """What verification has made of a film that grows. A cluster of hits is verified again while it wants frames."""

    targets: Sequence[Target]
    hits_of: Callable[[Sequence[Arrays]], list[Hit]]
    progress: Told
    gap: int
    frames: int
    found: list[Appearance] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _hits: list[Hit] = field(default_factory=list)
    _settled: dict[tuple[int, tuple[int, ...]], list[Appearance]] = field(default_factory=dict)

    @property
    def parts(self) -> int:
        return len(self._seen)

    def look(self, film: Film, parts: Sequence[Arrays]) -> list[Span]:
        """Verify all hits anew; returns what of the film would have to be seen to be sure."""
        firsts = [int(part["first"]) for part in parts]
        new = [number for number, first in enumerate(firsts) if first not in self._seen]
        self._hits += self.hits_of([parts[number] for number in new])
        self._seen.update(firsts)
        self.found, wanted = [], []
        listed = list(self._clusters())
        self.progress.stage("verify", len(listed))
        for number, cluster in listed:
            seen, wants = self._verified(film, number, cluster)
            self.found += seen
            wanted += wants
            self.progress.advance()
        return wanted

    def _clusters(self) -> Iterator[tuple[int, list[Hit]]]:
        for number in range(len(self.targets)):
            own = [hit for hit in self._hits if hit.material == number]
            yield from ((number, cluster) for cluster in clusters(own, self.gap))

    def _verified(self, film: Film, number: int, cluster: list[Hit]) -> tuple[list[Appearance], list[Span]]:
        key = (number, tuple(hit.frame for hit in cluster))
        if key in self._settled:
            return self._settled[key], []
        film.missed.clear()
        seen = appearances(film, self.targets[number], cluster)
        lacking = [Span(frame, frame + 1) for frame in sorted(film.missed)]
        if seen:
            lacking += _unseen([self._about(cluster)], film)
        if not lacking:
            self._settled[key] = seen
        is_worth_it = seen or sum(hit.weight for hit in cluster) >= FAIR
        return seen, lacking if is_worth_it else []

    def _about(self, cluster: Sequence[Hit]) -> Span:
        """As far as another hit would belong to the cluster."""
        return Span(max(0, cluster[0].frame - self.gap), min(self.frames, cluster[-1].frame + self.gap + 1))
