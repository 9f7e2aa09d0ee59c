"""The sound of a deliverable: that of the master and of the files beside it, on one line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from cleancut.errors import MediaError
from cleancut.match.samples import SoundTrack
from cleancut.model.findings import SoundFile, names_apart
from cleancut.model.timing import Clock, Rate, frames_of
from cleancut.ports import Files, Progress, TrackInfo, Unreadable
from cleancut.usecases.listen import Heard, Listener, Loss, Opening

_LATEST_SECONDS = 4 * 3600  # a sound file that begins further on belongs to another master
_FOREVER_SECONDS = 24 * 3600
_HINT = "Give a sound file, such as WAV, or a film with sound."


@dataclass(frozen=True)
class Source:
    """One file whose sound is delivered. `name` goes before the names of its tracks; the master's own have none.
    `problem` says why nothing of it can be heard."""

    path: Path
    digest: str
    opening: Opening
    name: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Listened:
    """All that was heard, on a line of time that begins `lead` frames before the master does: so far do the sound files
    beside it reach back. `tracks` names every track, `losses` are those of all, in frames of the master."""

    lead: int
    heard: tuple[Heard, ...]
    tracks: tuple[str, ...]
    losses: tuple[tuple[int, int, str], ...]
    frames: int  # of the master's own sound

    @property
    def sketched(self) -> tuple[SoundTrack, ...]:
        return tuple(track for heard in self.heard for track in heard.tracks)

    @property
    def samples(self) -> int:
        """Of the longest track, from the beginning of the line."""
        return max((heard.samples for heard in self.heard), default=0)


def digest_of(files: Files, path: Path, hint: str = _HINT) -> str:
    """Raises `MediaError` where the file cannot be read."""
    try:
        return files.digest(path)
    except Unreadable as problem:
        raise MediaError(f"{path}: {problem.reason}", problem.hint or hint) from problem


def master_source(listener: Listener, master: Path, digest: str, *, has_picture: bool) -> Source:
    """The master's own sound. A film whose sound does not open has a track that nobody can hear. Raises `MediaError`
    for what has neither picture nor sound."""
    try:
        opening = listener.open(master, digest)
    except Unreadable as problem:
        if not has_picture:
            raise MediaError(f"{master}: {problem.reason}", problem.hint or _HINT) from problem
        return Source(master, digest, _unknown(), problem=problem.reason)
    if not opening.tracks and not has_picture:
        raise MediaError(
            f"{master}: has neither moving pictures nor sound", "Give a film, or a sound file such as WAV."
        )
    return Source(master, digest, opening)


def file_sources(files: Files, listener: Listener, sound: Sequence[Path]) -> list[Source]:
    """The sound files beside the master, opened. Raises `MediaError` for one without sound, before any listening."""
    sources = []
    for path, name in zip(sound, names_apart([str(path) for path in sound]), strict=True):
        digest = digest_of(files, path)
        try:
            opening = listener.open(path, digest)
        except Unreadable as problem:
            raise MediaError(f"{path}: {problem.reason}", problem.hint or _HINT) from problem
        if not opening.tracks:
            raise MediaError(f"{path}: has no sound", _HINT)
        sources.append(Source(path, digest, opening, name))
    return sources


def placed(sources: Sequence[Source], clock: Clock, *, has_start: bool) -> tuple[SoundFile, ...]:
    """Where in the master each sound file begins: where its timecode says, if the master has one too and the two meet;
    else with the master. `has_start`: the master's timecode is its own, not just counted from nought."""
    first = Fraction(frames_of(clock.start, clock.rate)[0]) / clock.rate.value
    files = []
    for source in sources:
        file = SoundFile(str(source.path), source.digest)
        begins = source.opening.time_of_day(clock.rate)
        if has_start and begins is not None and _meets(begins - first, source.opening.seconds_stated):
            file = replace(file, first_frame=round((begins - first) * clock.rate.value), placed_by="timecode")
        files.append(file)
    return tuple(files)


def _meets(late: Fraction, length: Fraction | None) -> bool:
    return -(length if length is not None else 0) < late <= _LATEST_SECONDS


def listen(
    listener: Listener, master: Source, others: Sequence[Source], files: Sequence[SoundFile], rate: Rate, told: Progress
) -> Listened:
    """Hear every source, each once. Raises `MediaError` where a file is no longer what it was."""
    lead = max([0, *(-file.first_frame for file in files)])
    firsts = [lead, *(lead + file.first_frame for file in files)]
    per_frame = listener.engine.rate / rate.value
    sources = [(source, round(first * per_frame)) for source, first in zip((master, *others), firsts, strict=True)]
    _announce(listener, sources, told)
    heard, tracks, losses = [], [], []
    for source, offset in sources:
        tracks += [_name(source, info) for info in source.opening.tracks]
        if source.problem:
            lost: tuple[Loss, ...] = ((0, 0, _FOREVER_SECONDS * listener.engine.rate, source.problem),)
        else:
            made = _hear(listener, source, offset, told)
            heard.append(made)
            lost = made.losses
        losses += [
            (_frame(first, per_frame) - lead, -_frame(-end, per_frame) - lead, f"{_name(source, info)}: {why}")
            for track, first, end, why in lost
            for info in (source.opening.tracks[track],)
        ]
    own = -_frame(-(heard[0].samples - sources[0][1]), per_frame) if heard and not master.problem else 0
    return Listened(lead, tuple(heard), tuple(tracks), tuple(losses), own)


def _announce(listener: Listener, sources: Sequence[tuple[Source, int]], told: Progress) -> None:
    to_hear = [listener.parts_to_hear(s.digest, s.opening, offset) for s, offset in sources if not s.problem]
    if any(parts != 0 for parts in to_hear):
        told.stage("listen", None if None in to_hear else sum(parts or 0 for parts in to_hear))


def _hear(listener: Listener, source: Source, offset: int, told: Progress) -> Heard:
    try:
        made = listener.hear(source.path, source.digest, source.opening, offset, told)
    except Unreadable as problem:
        raise MediaError(f"{source.path}: {problem.reason}", problem.hint or _HINT) from problem
    named = zip(made.tracks, source.opening.tracks, strict=True)
    return replace(made, tracks=tuple(replace(track, name=_name(source, info)) for track, info in named))


def _name(source: Source, track: TrackInfo) -> str:
    """A track for people: the master's own by its name, that of a file beside it by the file's."""
    if not source.name:
        return track.name
    return source.name if len(source.opening.tracks) == 1 else f"{source.name}, {track.name}"


def _frame(sample: int, per_frame: Fraction) -> int:
    return int(sample // per_frame)


def _unknown() -> Opening:
    return Opening((TrackInfo("track 1", ("1",)),), None, None, "")
