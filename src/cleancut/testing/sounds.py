"""Sound with known truth, and what every sound engine must keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from cleancut.errors import VersionMismatch
from cleancut.match.fingerprint import Featureless
from cleancut.match.picture import Arrays
from cleancut.match.samples import Samples, SoundTrack
from cleancut.model.findings import Finding
from cleancut.model.material import Material
from cleancut.ports import SoundEngine
from cleancut.testing.fakes import Silence
from cleancut.testing.pictures import RATE

_SCALE = (0, 2, 3, 5, 7, 8, 10)  # semitones of a minor scale
_LOUDEST = 0.5


def music(seed: int, seconds: float, rate: int = 16000, take: int = 0) -> Samples:
    """One channel of music, a piece of its own for each seed: notes with partials that fade, over strokes of noise.

    The same seed gives the same piece at every rate, as far as the rate reaches; another take plays it with other
    instruments.
    """
    chance = np.random.default_rng(seed)
    instrument = _Instrument.of(take) if take else _Instrument()
    samples = np.zeros(int(seconds * rate))
    beat, at = 60 / chance.uniform(80, 150) / 2, 0.0
    key = 110 * 2 ** (chance.integers(0, 12) / 12)
    while at < seconds:
        for _ in range(int(chance.integers(1, 4))):
            semitone = _SCALE[int(chance.integers(len(_SCALE)))] + 12 * int(chance.integers(0, 3))
            note = _note(key * 2 ** (semitone / 12), beat * float(chance.integers(1, 4)), rate, instrument)
            _add(samples, at, rate, note)
        if chance.random() < 0.4:
            noise = int(chance.integers(1 << 30)) + take
            _add(samples, at, rate, _stroke(noise, float(chance.uniform(0.03, 0.12)), rate))
        at += beat * float(chance.choice([0.5, 1, 1, 2]))
    whole: Samples = (samples * (_LOUDEST / np.abs(samples).max()))[np.newaxis].astype(np.float32)
    return whole


@dataclass(frozen=True)
class _Instrument:
    """How strong each partial of a note is, how fast it fades and where in its cycle it begins, and how many seconds a
    note takes to come."""

    partials: tuple[float, ...] = (1.0, 1 / 2, 1 / 3, 1 / 4, 1 / 5)
    fades: tuple[float, ...] = (3.0, 3.0, 3.0, 3.0, 3.0)
    phases: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
    attack: float = 0.01

    @classmethod
    def of(cls, take: int) -> _Instrument:
        chance = np.random.default_rng(take)
        return cls(
            tuple(chance.uniform(0.1, 1, 5) / np.arange(1, 6)),
            tuple(chance.uniform(1, 8, 5)),
            tuple(chance.uniform(0, 2 * np.pi, 5)),
            float(chance.uniform(0.005, 0.08)),
        )


def _note(pitch: float, seconds: float, rate: int, instrument: _Instrument) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    partials = [
        weight * np.exp(-fade * time / seconds) * np.sin(2 * np.pi * pitch * number * time + phase)
        for number, (weight, fade, phase) in enumerate(
            zip(instrument.partials, instrument.fades, instrument.phases, strict=True), 1
        )
        if pitch * number < 0.45 * rate
    ]
    return np.asarray(np.minimum(1, time / instrument.attack) * sum(partials))


def _stroke(seed: int, seconds: float, rate: int) -> np.ndarray:
    """Noise that fades, of the same course at every rate."""
    course = np.random.default_rng(seed).normal(0, 0.5, int(seconds * 3000))
    time = np.arange(int(seconds * rate)) / rate
    return np.asarray(np.interp(time, np.arange(len(course)) / 3000, course) * np.exp(-4 * time / seconds))


def _add(samples: np.ndarray, at: float, rate: int, sound: np.ndarray) -> None:
    first = int(at * rate)
    length = min(len(sound), len(samples) - first)
    if length > 0:
        samples[first : first + length] += sound[:length]


class SoundEngineContract:
    """Every sound engine: hears what is there at the right frames, nothing else, and the same however it is asked.

    Override `engine`.
    """

    @pytest.fixture
    def engine(self) -> SoundEngine:
        raise NotImplementedError

    @pytest.fixture
    def piece(self, engine: SoundEngine) -> Samples:
        return music(1, 20, engine.rate)

    @pytest.fixture
    def film(self, engine: SoundEngine, piece: Samples) -> Samples:
        """Twenty-four seconds, 576 frames, of which [192, 384) are seconds 6 to 14 of the piece."""
        middle = piece[:, 6 * engine.rate : 14 * engine.rate]
        return np.concatenate([music(2, 8, engine.rate), middle, music(3, 8, engine.rate)], axis=1)

    def test_finds_a_piece_at_its_frames(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        (found,) = found_sound(engine, [film], {"piece": piece})
        assert (found.kind, found.medium, found.material) == ("match", "sound", "piece")
        assert abs(found.span.first - 192) <= 3
        assert abs(found.span.end - 384) <= 3
        assert found.material_span is not None
        assert abs(found.material_span.first - 144) <= 3
        assert abs(found.material_span.end - 336) <= 3
        assert found.transform.speed == pytest.approx(1.0, abs=0.01)
        assert found.transform.pitch == pytest.approx(0.0, abs=0.2)
        assert 0.0 < found.score <= 1.0
        assert found.channels

    def test_finds_nothing_where_nothing_is(self, engine: SoundEngine, film: Samples) -> None:
        assert found_sound(engine, [film], {"other": music(4, 20, engine.rate)}) == ()

    @pytest.mark.parametrize("take", [2, 7, 9])
    def test_the_same_notes_by_another_instrument_are_no_match(
        self, engine: SoundEngine, piece: Samples, take: int
    ) -> None:
        """Three that are plainly others: some are so near that no engine need tell them apart."""
        other = music(1, 20, engine.rate, take=take)
        assert "match" not in {found.kind for found in found_sound(engine, [other], {"piece": piece})}

    def test_an_empty_register_finds_nothing(self, engine: SoundEngine, film: Samples) -> None:
        assert found_sound(engine, [film], {}) == ()

    def test_silence_is_no_finding(self, engine: SoundEngine, piece: Samples) -> None:
        assert found_sound(engine, [np.zeros((1, 10 * engine.rate), np.float32)], {"piece": piece}) == ()

    @pytest.mark.parametrize("seconds", [2.0, 5.7, 11.0])
    def test_parts_do_not_matter(self, engine: SoundEngine, piece: Samples, film: Samples, seconds: float) -> None:
        assert found_sound(engine, [film], {"piece": piece}, seconds) == found_sound(
            engine, [film], {"piece": piece}, 60.0
        )

    def test_a_louder_or_softer_piece_is_the_same(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        (whole,) = found_sound(engine, [film], {"piece": piece})
        (softer,) = found_sound(engine, [film * np.float32(0.2)], {"piece": piece})
        assert abs(softer.span.first - whole.span.first) <= 3
        assert abs(softer.span.end - whole.span.end) <= 3

    @pytest.mark.parametrize("channel", [0, 1])
    def test_one_channel_of_two_is_enough(
        self, engine: SoundEngine, piece: Samples, film: Samples, channel: int
    ) -> None:
        other = music(5, 24, engine.rate)
        both = np.concatenate([film, other] if channel == 0 else [other, film])
        (found,) = found_sound(engine, [both], {"piece": piece})
        assert abs(found.span.first - 192) <= 3
        assert abs(found.span.end - 384) <= 3

    def test_all_channels_at_once_are_one_finding(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        assert len(found_sound(engine, [np.concatenate([film, film])], {"piece": piece})) == 1

    def test_a_second_track_is_heard(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        (found,) = found_sound(engine, [music(6, 24, engine.rate), film], {"piece": piece})
        assert abs(found.span.first - 192) <= 3
        assert any("track 2" in name for name in found.channels)
        assert not any("track 1" in name for name in found.channels)

    def test_tracks_need_not_be_of_one_length(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        short = music(6, 3, engine.rate)
        for tracks in ([short, film], [film, short]):
            assert len(found_sound(engine, tracks, {"piece": piece})) == 1

    @pytest.mark.parametrize("case", ["nothing", "silence", "tone", "click", "moment"])
    def test_what_could_not_be_told_from_others_is_refused(self, engine: SoundEngine, case: str) -> None:
        samples = np.zeros((1, 0 if case == "nothing" else 5 * engine.rate), np.float32)
        if case == "tone":
            samples[0] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(samples.shape[1]) / engine.rate)
        elif case == "click":
            samples[0, engine.rate : engine.rate + 20] = 0.9
        elif case == "moment":
            samples = music(1, 5, engine.rate)[:, : engine.rate // 4]
        with pytest.raises(Featureless) as refused:
            engine.fingerprints([samples])
        assert refused.value.reason

    def test_blocks_of_a_material_do_not_matter(self, engine: SoundEngine, piece: Samples) -> None:
        both = np.concatenate([piece, music(7, 20, engine.rate)])
        whole, parted = engine.fingerprints([both]), engine.fingerprints(np.array_split(both, 7, axis=1))
        assert len(whole) == len(parted)
        for one, other in zip(whole, parted, strict=True):
            assert one.keys() == other.keys()
            assert all(np.array_equal(one[name], other[name]) for name in one)

    def test_volumes_do_not_matter(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        pieces = {"other": music(4, 20, engine.rate), "piece": piece, "same": piece[:, 8 * engine.rate :]}
        register = _registered(engine, pieces)
        track = SoundTrack("track 1", ("1",), sketched_sound(engine, film, 60.0))
        found = engine.find([track], 576, RATE, register, Silence())
        assert any(finding.material == "piece" for finding in found)
        for ends in ([1, 3], [2, 3], [1, 2, 3], [3]):
            parts = zip([0, *ends], ends, strict=False)
            volumes = [engine.volume(arrays for _, arrays in register[first:end]) for first, end in parts]
            assert engine.find([track], 576, RATE, register, Silence(), volumes) == found

    def test_arrays_hold_no_objects(self, engine: SoundEngine, piece: Samples, film: Samples) -> None:
        kept = [*engine.fingerprints([piece]), *sketched_sound(engine, film, 60.0)]
        assert not any(array.dtype.hasobject for arrays in kept for array in arrays.values())

    def test_foreign_fingerprints_are_refused(self, engine: SoundEngine, film: Samples) -> None:
        track = SoundTrack("track 1", ("1",), sketched_sound(engine, film, 60.0))
        foreign: Arrays = {"peaks": np.zeros((3, 2), np.int32)}
        with pytest.raises(VersionMismatch):
            engine.find([track], 576, RATE, [(_material("piece", 20), foreign)], Silence())


def sketched_sound(engine: SoundEngine, samples: Samples, seconds: float) -> list[Arrays]:
    """A track's sketch made in parts of about so many seconds, each shown its context, silence beyond the ends."""
    part = max(1, round(seconds * engine.rate / engine.step)) * engine.step
    count = max(1, -(-samples.shape[1] // part))
    after = count * part - samples.shape[1] + engine.context
    padded = np.pad(samples, ((0, 0), (engine.context, after)))
    return [
        engine.sketch(np.ascontiguousarray(padded[:, number * part : (number + 1) * part + 2 * engine.context]))
        for number in range(count)
    ]


def found_sound(
    engine: SoundEngine, tracks: Sequence[Samples], pieces: Mapping[str, Samples], part_seconds: float = 60.0
) -> tuple[Finding, ...]:
    register = _registered(engine, pieces)
    sketches = [
        SoundTrack(
            f"track {number}",
            tuple(str(channel) for channel in range(1, samples.shape[0] + 1)),
            sketched_sound(engine, samples, part_seconds),
        )
        for number, samples in enumerate(tracks, 1)
    ]
    frames = int(max(samples.shape[1] for samples in tracks) / engine.rate * RATE)
    return engine.find(sketches, frames, RATE, register, Silence())


def _registered(engine: SoundEngine, pieces: Mapping[str, Samples]) -> list[tuple[Material, Arrays]]:
    return [
        (_material(name, piece.shape[1] / engine.rate), arrays)
        for name, piece in pieces.items()
        for arrays in engine.fingerprints([piece])
    ]


def _material(name: str, seconds: float) -> Material:
    return Material(name, name, "sound", 0, 0, 0, sound_milliseconds=int(1000 * seconds))
