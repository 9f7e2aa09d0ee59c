"""What happens to registered sound on its way into a master: families of edits, each at several strengths."""

from __future__ import annotations

import math
import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sound_tools import (
    RATE,
    Samples,
    amplitude,
    at_level,
    coded,
    cut,
    decoded,
    faded,
    filtered,
    rms,
    settled,
    stretch_lag,
    wrote,
)

Dice = random.Random


@dataclass(frozen=True)
class Edited:
    """`samples` stand for the whole excerpt, from its first sample to its last."""

    samples: Samples
    speed: float = 1.0
    pitch: float = 0.0


CODECS: dict[str, tuple[str, ...]] = {
    "mp3-32k": ("mp3", "-b:a", "32k", "-ar", "22050"),
    "mp3-48k": ("mp3", "-b:a", "48k"),
    "mp3-64k": ("mp3", "-b:a", "64k"),
    "mp3-128k": ("mp3", "-b:a", "128k"),
    "aac-32k": ("m4a", "-b:a", "32k"),
    "aac-48k": ("m4a", "-b:a", "48k"),
    "aac-96k": ("m4a", "-b:a", "96k"),
    "opus-16k": ("opus", "-b:a", "16k"),
    "opus-24k": ("opus", "-b:a", "24k"),
    "opus-64k": ("opus", "-b:a", "64k"),
    "vorbis-q0": ("ogg", "-c:a", "libvorbis", "-q:a", "0"),
    "gsm": ("wav", "-ac", "1", "-ar", "8000", "-c:a", "gsm_ms"),
}
EQUALISERS = {
    "bass+12": "bass=g=12:f=150",
    "bass-12": "bass=g=-12:f=200",
    "treble+12": "treble=g=12:f=3000",
    "treble-15": "treble=g=-15:f=2500",
    "telephone": "highpass=f=300:p=2,lowpass=f=3400:p=2",
    "lowpass-2k": "lowpass=f=2000,lowpass=f=2000",
    "highpass-800": "highpass=f=800,highpass=f=800",
    "smile": "bass=g=9:f=120,equalizer=f=900:t=o:w=2:g=-12,treble=g=9:f=5000",
    "mid+12": "equalizer=f=1200:t=o:w=1.5:g=12",
}
DYNAMICS = {
    "gentle": "acompressor=threshold=0.06:ratio=3:attack=15:release=200:makeup=2",
    "strong": "acompressor=threshold=0.02:ratio=10:attack=5:release=80:makeup=4",
    "slow": "acompressor=threshold=0.03:ratio=6:attack=60:release=600:makeup=3",
    "limited": "volume=14dB,alimiter=limit=0.5:attack=2:release=30:level=false",
    "clipped": "volume=16dB,alimiter=limit=0.9:attack=0.1:release=5:level=false",
}


def codec(x: Samples, strength: str, dice: Dice) -> Edited:
    suffix, *options = CODECS[strength]
    return Edited(coded(x, suffix, *options))


def level(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(x * np.float32(amplitude(float(strength))))


def equalised(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(cut(filtered(x, EQUALISERS[strength]), 0, len(x)))


def compressed(x: Samples, strength: str, dice: Dice) -> Edited:
    pad = RATE // 2
    y = filtered(np.pad(x, ((pad, pad), (0, 0))), DYNAMICS[strength])
    return Edited(at_level(settled(x, y, pad), 20 * math.log10(rms(x))))


def fades(x: Samples, strength: str, dice: Dice) -> Edited:
    third = len(x) / RATE / 3
    return Edited(faded(x, third if "in" in strength else 0, third if "out" in strength else 0))


def untouched(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(x)


def resampled(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(cut(filtered(x, f"aresample={int(float(strength) * 1000)}"), 0, len(x)))


def reverb(x: Samples, strength: str, dice: Dice) -> Edited:
    """A room made of decaying noise with a few early reflections; direct sound and room are equally strong."""
    seconds, noise = float(strength), np.random.default_rng(dice.randrange(1 << 30))
    count = int(seconds * RATE)
    decay = np.exp(-6.908 * np.arange(count) / count)[:, None]
    room = noise.standard_normal((count, 2)) * decay
    room[: int(0.008 * RATE)] = 0
    for _ in range(6):
        room[int(dice.uniform(0.008, 0.06) * RATE)] += dice.uniform(-6, 6)
    tone = np.fft.rfft(room, axis=0)
    tone /= np.sqrt(1 + (np.fft.rfftfreq(count, 1 / RATE) / 4000) ** 2)[:, None]
    room = np.fft.irfft(tone, count, axis=0)
    size = 1 << int(np.ceil(np.log2(len(x) + count)))
    wet = np.fft.irfft(np.fft.rfft(x, size, axis=0) * np.fft.rfft(room, size, axis=0), size, axis=0)[: len(x) + count]
    wet *= rms(x) / max(1e-9, rms(wet[: len(x)]))
    out = wet.astype(np.float32)
    out[: len(x)] += x
    return Edited(out * np.float32(0.7))


def stretched(x: Samples, speed: float, semitones: float, dice: Dice) -> Samples:
    """`speed` times as fast and `semitones` higher, by one of rubberband (both engines), sox and ffmpeg's atempo."""
    tools = ["rubberband", "rubberband -3"] if semitones else ["rubberband", "rubberband -3", "sox", "atempo"]
    tool = dice.choice(tools)
    if tool == "atempo":
        y = filtered(np.pad(x, ((0, RATE), (0, 0))), f"atempo={speed}")
    else:
        with tempfile.TemporaryDirectory() as folder:
            one, two = Path(folder) / "one.wav", Path(folder) / "two.wav"
            wrote(one, np.pad(x * np.float32(0.5), ((0, RATE), (0, 0))), options=("-c:a", "pcm_f32le"))
            if tool == "sox":
                command = [
                    "sox",
                    "-V1",
                    str(one),
                    str(two),
                    "tempo",
                    *([] if dice.random() < 0.5 else ["-m"]),
                    str(speed),
                ]
            else:
                command = [*tool.split(), "-q", "-T", str(speed), "-p", str(semitones), str(one), str(two)]
            subprocess.run(command, check=True, capture_output=True)
            y = decoded(two) * np.float32(2)
    return y


def warped(x: Samples, speed: float, semitones: float, dice: Dice) -> Edited:
    y = stretched(x, speed, semitones, dice)
    count = round(len(x) / speed)
    late, clear = stretch_lag(x, cut(y, 0, count), speed)
    return Edited(cut(y, round(late * RATE) if clear > 0.3 else 0, count), speed, semitones)


def pal(x: Samples, strength: str, dice: Dice) -> Edited:
    speed = 25 / 24
    if strength == "pitch kept":
        return warped(x, speed, 0.0, dice)
    return Edited(
        cut(filtered(x, "asetrate=50000,aresample=48000"), 0, round(len(x) / speed)), speed, 12 * math.log2(speed)
    )


def tempo(x: Samples, strength: str, dice: Dice) -> Edited:
    return warped(x, float(strength), 0.0, dice)


def pitched(x: Samples, strength: str, dice: Dice) -> Edited:
    return warped(x, 1.0, float(strength), dice)


def looped(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(np.concatenate([x] * int(strength.split("x")[1])))


def combined(x: Samples, strength: str, dice: Dice) -> Edited:
    """Three edits, one after another; which, the strength names."""
    out = Edited(x)
    for name in strength.split(" + "):
        family, how = name.split(":")
        then = EDITS[family](out.samples, how, dice)
        out = Edited(then.samples, out.speed * then.speed, out.pitch + then.pitch)
    return out


def reversed_channel(x: Samples, strength: str, dice: Dice) -> Edited:
    return Edited(x * np.float32([1, -1] if strength == "right" else [-1, 1]))


EDITS: dict[str, Callable[[Samples, str, Dice], Edited]] = {
    "codec": codec,
    "level": level,
    "equaliser": equalised,
    "dynamics": compressed,
    "fades": fades,
    "trim": untouched,
    "rate": resampled,
    "under dialogue": untouched,
    "under effects": untouched,
    "reverb": reverb,
    "loop": looped,
    "overlap": untouched,
    "pal": pal,
    "tempo": tempo,
    "pitch": pitched,
    "short": untouched,
    "under loud dialogue": untouched,
    "wide tempo": tempo,
    "wide pitch": pitched,
    "combination": combined,
    "dubbing": pal,
    "wide stereo": untouched,
    "dual mono": untouched,
    "polarity": reversed_channel,
    "surround front": untouched,
    "surround rear": untouched,
    "second track": untouched,
}


@dataclass(frozen=True)
class Family:
    """`seconds`: how long an excerpt is. `layout`: which kind of master it needs."""

    name: str
    group: str
    strengths: tuple[str, ...]
    seconds: tuple[float, float] = (4, 30)
    layout: str = "stereo"


FAMILIES = [
    Family("codec", "A", tuple(CODECS)),
    Family("level", "A", ("-20", "-12", "-6", "6")),
    Family("equaliser", "A", tuple(EQUALISERS)),
    Family("dynamics", "A", tuple(DYNAMICS)),
    Family("fades", "A", ("in", "out", "in and out"), (6, 30)),
    Family("trim", "A", ("3 s", "4 s"), (3, 4)),
    Family("rate", "A", ("8", "11.025", "16", "22.05", "44.1", "96")),
    Family("under dialogue", "B", ("-6", "0", "3", "6")),
    Family("under effects", "B", ("-6", "0", "3", "6")),
    Family("reverb", "B", ("0.3", "0.8", "1.5", "2.5")),
    Family("loop", "B", ("2 s x6", "4 s x4", "8 s x3", "3 s x5"), (2, 8)),
    Family("overlap", "B", ("-6", "0", "3"), (8, 20)),
    Family("pal", "C", ("pitch risen", "pitch kept")),
    Family("tempo", "C", ("0.8", "0.87", "0.94", "1.06", "1.15", "1.25")),
    Family("pitch", "C", ("-3", "-2", "-1", "1", "2", "3")),
    Family("short", "D", ("1 s", "1.5 s", "2 s", "2.5 s"), (1, 2.5)),
    Family("under loud dialogue", "D", ("12", "9")),
    Family("wide tempo", "D", ("0.5", "0.65", "1.5", "2")),
    Family("wide pitch", "D", ("-6", "-5", "5", "6")),
    Family("wide stereo", "E", ("dialogue centred 6",)),
    Family("dual mono", "E", ("left", "right")),
    Family("polarity", "E", ("left", "right")),
    Family(
        "combination",
        "E",
        (
            "equaliser:smile + codec:mp3-48k + level:-12",
            "fades:in and out + reverb:0.8 + codec:aac-48k",
            "tempo:1.06 + equaliser:bass-12 + codec:opus-24k",
            "pitch:1 + dynamics:strong + codec:mp3-64k",
            "pal:pitch risen + reverb:0.3 + codec:aac-48k",
            "rate:16 + dynamics:limited + reverb:1.5",
        ),
    ),
    Family("dubbing", "E", ("pitch risen", "pitch kept")),
    Family("surround front", "E", ("dialogue centre 0", "dialogue centre 6"), layout="surround"),
    Family("surround rear", "E", ("dialogue centre 0", "dialogue centre 6"), layout="surround"),
    Family("second track", "E", ("as is", "under dialogue 3"), layout="tracks"),
]
