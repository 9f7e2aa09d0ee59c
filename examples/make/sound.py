"""Composes the example's sound, lays it under the master, and says where what lies. Nothing in it was recorded.

    python examples/make/sound.py EXAMPLE

EXAMPLE/material/music and EXAMPLE/material/sfx are written, EXAMPLE/master.mp4 gets another sound and keeps its
picture, EXAMPLE/edit.json says what was laid where. The `ffmpeg` program encodes. The bytes are the same again where
numpy and ffmpeg are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RATE, FRAME_RATE = 48000, 24
Sound = np.ndarray  # float64, channels by samples

# --- parts ------------------------------------------------------------------------------------------------------------


def seconds(length: float) -> np.ndarray:
    return np.arange(round(length * RATE)) / RATE


def pitch(note: float) -> float:
    """Hertz of a MIDI note."""
    return 440.0 * 2 ** ((note - 69) / 12)


def shaped(rng: np.random.Generator, count: int, gain: Any) -> np.ndarray:
    """Noise of unit power whose spectrum follows `gain`, a function of hertz."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    noise = np.fft.irfft(spectrum * gain(np.fft.rfftfreq(count, 1 / RATE)), count)
    return noise / np.sqrt(np.mean(noise**2))


def band(low: float, high: float) -> Any:
    return lambda hertz: 1 / (1 + (low / np.maximum(hertz, 1)) ** 4) / (1 + (hertz / high) ** 4)


def wander(rng: np.random.Generator, count: int, per_second: float, low: float, high: float) -> np.ndarray:
    """A smooth random course between two values."""
    points = rng.uniform(low, high, int(count / RATE * per_second) + 3)
    places = np.linspace(0, len(points) - 1, count)
    left = np.minimum(places.astype(int), len(points) - 2)
    share = (1 - np.cos(np.pi * (places - left))) / 2
    return points[left] * (1 - share) + points[left + 1] * share


def faded(sound: np.ndarray, up: float, down: float) -> np.ndarray:
    count = sound.shape[-1]
    level = np.minimum(1, np.arange(count) / max(1, up * RATE))
    return sound * np.minimum(level, np.arange(count)[::-1] / max(1, down * RATE))


def put(target: Sound, part: np.ndarray, at: float, gain: float = 1.0, pan: float = 0.0) -> None:
    """Add a part to a stereo target at a second, from the left (-1) to the right (1). What lies beyond is dropped."""
    first = max(0, round(at * RATE))
    end = min(first + part.shape[-1], target.shape[1])
    if end > first:
        sides = part if part.ndim == 2 else np.stack([part * np.sqrt((1 - pan) / 2), part * np.sqrt((1 + pan) / 2)])
        target[:, first:end] += gain * sides[:, : end - first]


def in_a_room(dry: Sound, length: float, wet: float, seed: int) -> Sound:
    """With the reverberation of a decaying noise, another on each side."""
    rng = np.random.default_rng(seed)
    t = seconds(length)
    size = 1 << int(np.ceil(np.log2(dry.shape[1] + len(t))))
    out = dry.copy()
    for side in range(2):
        tail = shaped(rng, len(t), band(150, 4500)) * 10 ** (-3 * t / length)
        tail /= np.sqrt(np.sum(tail**2))
        wide = np.fft.irfft(np.fft.rfft(dry[side], size) * np.fft.rfft(tail, size), size)
        out[side] += wet * wide[: dry.shape[1]]
    return out


# --- instruments ------------------------------------------------------------------------------------------------------


def pad(note: float, length: float, rng: np.random.Generator) -> np.ndarray:
    """Bowed strings: detuned players, each with a slow vibrato."""
    t = seconds(length)
    out = np.zeros((2, len(t)))
    for player in range(4):
        hertz = pitch(note + rng.normal(0, 0.06)) * (1 + 0.003 * np.sin(2 * np.pi * rng.uniform(4.2, 5.6) * t))
        turn = 2 * np.pi * np.cumsum(hertz) / RATE + rng.uniform(0, 6)
        tone = sum(np.sin(k * turn + rng.uniform(0, 6)) / k**1.25 for k in range(1, 11) if k * pitch(note) < 9000)
        put(out, tone * wander(rng, len(t), 2.5, 0.5, 1.0), 0, 0.5, -0.75 + 0.5 * player)
    return faded(out, 0.35, 0.5)


def plucked(note: float, length: float, rng: np.random.Generator) -> np.ndarray:
    """A harp's string: partials a little sharp, the high ones gone first."""
    t = seconds(length)
    base = pitch(note)
    tone = np.zeros(len(t))
    for k in range(1, 15):
        hertz = base * k * np.sqrt(1 + 0.0004 * k * k)
        if hertz < 12000:
            tone += np.sin(2 * np.pi * hertz * t + rng.uniform(0, 6)) * np.exp(-t * (1.1 + 0.75 * k)) / k**0.8
    return faded(tone + 0.2 * shaped(rng, len(t), band(900, 6000)) * np.exp(-t * 90), 0.002, 0.05)


BELL = (  # partials: of the pitch, how loud, how fast they decay
    *((0.5, 0.5, 1.0), (1, 1, 1.3), (1.19, 0.8, 1.7), (1.5, 0.5, 2.2)),
    *((2, 0.9, 2.4), (2.51, 0.5, 3.4), (2.98, 0.4, 4.4), (4.07, 0.4, 6)),
)


def struck(hertz: float, length: float, rng: np.random.Generator) -> np.ndarray:
    """A bell: partials that are no harmonics, each in two that beat."""
    t = seconds(length)
    tone = np.zeros(len(t))
    for ratio, level, decay in BELL:
        for split in (0.9985, 1.0015):
            tone += level * np.exp(-decay * t) * np.sin(2 * np.pi * hertz * ratio * split * t + rng.uniform(0, 6))
    return faded(tone + 1.5 * shaped(rng, len(t), band(1500, 9000)) * np.exp(-70 * t), 0.001, 0.1)


def drum(rng: np.random.Generator, hertz: float = 62) -> np.ndarray:
    """A skin struck with felt: a falling tone and the slap of it."""
    t = seconds(0.9)
    turn = 2 * np.pi * np.cumsum(hertz * (1 + 1.6 * np.exp(-30 * t))) / RATE
    skin = np.sin(turn) * np.exp(-5.5 * t) + 0.5 * np.sin(1.59 * turn) * np.exp(-9 * t)
    return faded(skin + 0.7 * shaped(rng, len(t), band(180, 2600)) * np.exp(-38 * t), 0.001, 0.1)


def rattle(rng: np.random.Generator) -> np.ndarray:
    t = seconds(0.25)
    return faded(shaped(rng, len(t), band(2400, 9000)) * np.exp(-26 * t), 0.002, 0.05)


# --- what is generated, in the story ----------------------------------------------------------------------------------

BEAT = 60 / 84
BARS = (  # the chord, then the melody as (beat, note): three flats, four beats, one bar after the other
    ((36, 51, 55, 60), ((0, 75), (1.5, 74), (2, 72), (3, 67))),
    ((32, 51, 56, 60), ((0, 68), (1, 72), (2.5, 75), (3, 79))),
    ((39, 50, 55, 58), ((0, 77), (0.5, 75), (1.5, 74), (3, 70))),
    ((34, 53, 58, 62), ((0.5, 74), (1, 77), (2, 82), (3.5, 80))),
    ((41, 53, 56, 60), ((0, 79), (1, 77), (1.5, 75), (2, 77), (3, 72))),
    ((43, 50, 53, 59), ((0, 71), (0.5, 74), (1, 77), (2.5, 79), (3.5, 74))),
    ((36, 55, 60, 63), ((0, 75), (0.75, 79), (1.5, 84), (3, 82))),
    ((44, 56, 60, 63), ((0, 80), (1, 79), (2, 75), (2.5, 72))),
    ((41, 56, 60, 65), ((0.5, 77), (1, 80), (1.5, 84), (2.5, 87))),
    ((38, 53, 56, 60), ((0, 86), (1, 84), (1.5, 80), (3, 77))),
    ((43, 53, 59, 62), ((0, 79), (0.5, 83), (1, 86), (2, 83), (3, 79))),
    ((36, 55, 60, 63), ((0, 72), (2, 67))),
    ((32, 56, 60, 63), ((0, 68), (1, 75))),
    ((36, 55, 60, 67), ((0, 72),)),
)


def ferry_theme() -> Sound:
    """A cue of forty seconds: strings, a harp that carries the tune, bass, drums, a bell."""
    rng = np.random.default_rng(417)
    out = np.zeros((2, round(40 * RATE)))
    for number, (chord, tune) in enumerate(BARS):
        at, length = number * 4 * BEAT, 4 * BEAT
        for note in chord[1:]:
            put(out, pad(note, length + 0.4, rng), at, 0.055)
        put(out, plucked(chord[0] + 12, 2.2, rng), at, 0.2)
        put(out, plucked(chord[0] + 19, 1.4, rng), at + 2.5 * BEAT, 0.13)
        for beat, note in tune:
            put(out, plucked(note, 2.4, rng), at + beat * BEAT + rng.normal(0, 0.008), rng.uniform(0.2, 0.27), 0.3)
        for step in range(8):
            note = chord[1 + step % 3] + 12 * (step % 4 > 1)
            put(out, plucked(note, 1.2, rng), at + step * BEAT / 2 + rng.normal(0, 0.006), 0.09, -0.4)
        if 1 < number < 12:
            for beat in (0, 1.75, 2.5)[: 2 + number % 2]:
                put(out, drum(rng, rng.uniform(58, 66)), at + beat * BEAT, 0.3)
            for beat in (1, 2.25, 3, 3.5)[: 3 + number % 2]:
                put(out, rattle(rng), at + beat * BEAT, rng.uniform(0.03, 0.06), 0.5)
        if number % 3 == 0:
            put(out, struck(pitch(chord[2] + 12), 3.5, rng), at, 0.05, -0.5)
    return levelled(faded(in_a_room(out, 1.6, 0.35, 5), 0.005, 0.6), 0.8)


def fog_horn() -> Sound:
    """Two blasts over a slapping sea: three reeds that beat, breath, a buoy's bell, a chain, a gull."""
    rng = np.random.default_rng(58)
    length = 5.5
    out = np.zeros((2, round(length * RATE)))
    for at, lasts in ((0.45, 1.7), (2.75, 2.0)):
        t = seconds(lasts)
        bend = 1 - 0.10 * np.exp(-9 * t) - 0.05 * np.maximum(0, t - lasts + 0.3) / 0.3
        blast = np.zeros(len(t))
        for hertz in (146.0, 147.9, 219.5):
            turn = 2 * np.pi * np.cumsum(hertz * bend * wander(rng, len(t), 9, 0.995, 1.005)) / RATE
            for k in range(1, 24):
                blast += np.sin(k * turn + rng.uniform(0, 6)) * np.exp(-(((k * hertz - 620) / 900) ** 2)) / 3
        blast += 1.1 * shaped(rng, len(t), band(300, 3500)) * wander(rng, len(t), 28, 0.2, 1.0)
        put(out, faded(blast, 0.06, 0.25), at, 0.11)
    for at, hertz in ((0.02, 523), (1.31, 523), (2.2, 587), (3.57, 523), (4.62, 587)):
        put(out, struck(hertz, 1.6, rng), at, 0.12, 0.5)
    for at in np.sort(rng.uniform(0, length - 0.3, 26)):
        clink = struck(rng.uniform(1700, 3900), 0.22, rng)
        put(out, clink * np.exp(-9 * seconds(0.22)), at, rng.uniform(0.02, 0.05), -0.6)
    for at in (1.95, 2.32, 4.05):
        t = seconds(0.3)
        turn = 2 * np.pi * np.cumsum(1500 + 900 * np.sin(np.pi * t / 0.3) ** 0.7) / RATE
        put(out, faded(sum(np.sin(k * turn) / k for k in (1, 2, 3)), 0.03, 0.12), at, 0.07, -0.2)
    waves = np.arange(0.0, length, 0.42)
    for at in waves + rng.uniform(0, 0.2, len(waves)):
        t = seconds(0.35)
        slap = shaped(rng, len(t), band(250, rng.uniform(900, 2400))) * np.exp(-12 * t)
        put(out, faded(slap, 0.01, 0.1), at, rng.uniform(0.05, 0.12), rng.uniform(-0.8, 0.8))
    return levelled(faded(in_a_room(out, 0.9, 0.3, 6), 0.003, 0.12), 0.8)


def levelled(sound: Sound, peak: float) -> Sound:
    return sound * (peak / np.abs(sound).max())


# --- what is not ------------------------------------------------------------------------------------------------------

FORMANTS = (
    *((310, 870, 2250), (520, 1190, 2390), (730, 1090, 2440)),
    *((530, 1840, 2480), (390, 1990, 2550), (640, 1390, 2400)),
)
LINES = (  # who speaks, from which second to which: two murmuring voices, no words
    *(("low", 11.2, 13.4), ("high", 14.0, 15.1), ("low", 17.3, 19.2), ("high", 20.6, 23.3), ("low", 23.9, 26.4)),
    *(("high", 27.6, 29.0), ("low", 29.5, 32.3), ("high", 33.4, 36.1), ("low", 36.6, 37.7), ("low", 40.5, 42.6)),
    *(("high", 43.4, 45.6), ("low", 47.0, 49.1), ("high", 51.2, 53.8), ("low", 55.0, 56.2)),
)


def murmur(length: float, base: float, rng: np.random.Generator) -> np.ndarray:
    """A voice that says nothing: pulses of the throat through three resonances, another vowel with each syllable."""
    out = np.zeros(round(length * RATE))
    at = 0.0
    while at < length - 0.15:
        lasts = rng.uniform(0.12, 0.27)
        t = seconds(lasts)
        hertz = base * wander(rng, len(t), 9, 0.85, 1.2) * (1.08 - 0.2 * at / length)
        pulses = np.diff(np.floor(np.cumsum(hertz) / RATE), prepend=0.0)
        source = pulses * 9 + 0.12 * rng.standard_normal(len(t))
        spectrum, axis = np.fft.rfft(source), np.fft.rfftfreq(len(t), 1 / RATE)
        mouth = FORMANTS[rng.integers(len(FORMANTS))]
        resonance = sum(
            level / (1 + ((axis - centre) / width) ** 2)
            for centre, width, level in zip(mouth, (70, 100, 160), (1, 0.6, 0.3), strict=True)
        )
        vowel = faded(np.fft.irfft(spectrum * resonance, len(t)), 0.02, 0.05)
        out[round(at * RATE) :][: len(t)] += vowel[: len(out) - round(at * RATE)] * rng.uniform(0.6, 1)
        if rng.random() < 0.5:
            hiss = faded(shaped(rng, round(0.07 * RATE), band(2500, 7000)), 0.02, 0.03)
            put_at = max(0, round((at - 0.04) * RATE))
            out[put_at : put_at + len(hiss)] += 0.05 * hiss[: len(out) - put_at]
        at += lasts * rng.uniform(0.85, 1.1) + (0.22 if rng.random() < 0.12 else 0)
    return out / np.sqrt(np.mean(out**2))


def dialogue(length: float) -> Sound:
    rng = np.random.default_rng(71)
    out = np.zeros((2, round(length * RATE)))
    for voice, first, end in LINES:
        spoken = murmur(end - first, 112 if voice == "low" else 196, rng)
        put(out, faded(spoken, 0.02, 0.05), first, 1.0, -0.08 if voice == "low" else 0.08)
    return out


def harbour(length: float) -> Sound:
    """Wind, and water against a quay."""
    rng = np.random.default_rng(9)
    count = round(length * RATE)
    out = np.zeros((2, count))
    for side in range(2):
        out[side] += shaped(rng, count, band(60, 420)) * wander(rng, count, 0.4, 0.3, 1)
        out[side] += 0.35 * shaped(rng, count, band(350, 1800)) * wander(rng, count, 1.1, 0.1, 1)
    for at in np.cumsum(rng.uniform(0.3, 1.1, int(length * 1.4))):
        t = seconds(0.5)
        slap = faded(shaped(rng, len(t), band(200, rng.uniform(700, 2600))) * np.exp(-8 * t), 0.02, 0.1)
        put(out, slap, float(at), rng.uniform(0.2, 0.7), rng.uniform(-0.9, 0.9))
    return faded(out, 1.0, 2.0)


# --- the mix ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Laid:
    """A stretch of material in the mix, in half-open ranges of frames. `level` is its RMS, of full scale."""

    cue: str
    material: str
    first: int
    start: int
    end: int
    level: float
    notes: str

    def record(self) -> dict[str, Any]:
        return {
            "cue": self.cue,
            "first_frame": self.first,
            "end_frame": self.first + self.end - self.start,
            "material": self.material,
            "done_to_it": self.notes,
            "material_first_frame": self.start,
            "material_end_frame": self.end,
        }


HORN, THEME = "sfx/fog_horn_v2.mp3", "music/ferry_theme_v3.mp3"
EDIT = (
    Laid("FX_01", HORN, 186, 0, 120, 0.060, "its end cut off, over wind and water"),
    Laid("1M2", THEME, 480, 192, 624, 0.040, "18 seconds out of its middle, under dialogue up to 6 dB louder"),
)
DIALOGUE, BED = 0.075, 0.009
LOUDEST = 0.9


def mixed(made: dict[str, Sound], length: float) -> Sound:
    speech = dialogue(length)
    spoken = np.abs(speech).max(axis=0) > 0
    out = speech * DIALOGUE / np.sqrt(np.mean(speech[:, spoken] ** 2))
    bed = harbour(length)
    out += bed * BED / np.sqrt(np.mean(bed**2))
    for laid in EDIT:
        part = made[laid.material][:, laid.start * RATE // FRAME_RATE : laid.end * RATE // FRAME_RATE]
        put(out, faded(part / np.sqrt(np.mean(part**2)), 0.02, 0.02), laid.first / FRAME_RATE, laid.level)
    return np.tanh(out / LOUDEST) * LOUDEST


def encode(sound: Sound, inputs: Sequence[str], options: Sequence[str], target: Path) -> None:
    given = ["-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, *given, *options, "-fflags", "+bitexact", str(target)]
    subprocess.run(command, input=sound.T.astype("<f4").tobytes(), check=True)


def main(example: Path) -> None:
    made = {THEME: ferry_theme(), HORN: fog_horn()}
    for name, sound in made.items():
        target = example / "material" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        encode(sound, [], ["-c:a", "libmp3lame", "-b:a", "128k"], target)
    edit = json.loads((example / "edit.json").read_text(encoding="utf-8"))
    master, silent = example / "master.mp4", example / "master-without-sound.mp4"
    master.replace(silent)
    picture = ["-c:v", "copy", "-timecode", edit["start_timecode"], "-movflags", "+faststart"]
    options = ["-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "160k", "-flags:a", "+bitexact", *picture]
    encode(mixed(made, edit["frames"] / FRAME_RATE), ["-i", str(silent)], options, master)
    silent.unlink()
    edit["sound"] = [laid.record() for laid in EDIT]
    (example / "edit.json").write_text(json.dumps(edit, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
