"""Small tools of the sound bench: files, codecs, levels, and where one sound lies in another."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

RATE = 48_000
Samples = np.ndarray  # float32, one row a sample, two columns


def decoded(path: Path, rate: int = RATE, channels: int = 2, track: int = 0) -> np.ndarray:
    """Samples of one sound stream, float32, one row each."""
    form = ["-f", "g722"] if path.suffix == ".g722" else []
    done = subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            *form,
            "-i",
            str(path),
            "-map",
            f"0:a:{track}",
            "-ac",
            str(channels),
            "-ar",
            str(rate),
            "-f",
            "f32le",
            "-",
        ],
        capture_output=True,
        check=False,
    )
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels)


def wrote(path: Path, samples: np.ndarray, rate: int = RATE, options: tuple[str, ...] = ()) -> None:
    """Write samples to a file of the kind its suffix names; clips what is beyond full scale."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-f",
            "f32le",
            "-ar",
            str(rate),
            "-ac",
            str(samples.shape[1]),
            "-i",
            "-",
            *options,
            str(path),
        ],
        input=np.clip(samples, -1, 1).astype("<f4").tobytes(),
        check=True,
    )


def piped(x: Samples, *options: str, channels: int = 2) -> Samples:
    """Through ffmpeg, at 48 kHz on both sides."""
    done = subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "f32le",
            "-ar",
            str(RATE),
            "-ac",
            str(x.shape[1]),
            "-i",
            "-",
            *options,
            "-ar",
            str(RATE),
            "-ac",
            str(channels),
            "-f",
            "f32le",
            "-",
        ],
        input=np.ascontiguousarray(x, "<f4").tobytes(),
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels).copy()


def filtered(x: Samples, graph: str) -> Samples:
    return piped(x, "-af", graph)


def coded(x: Samples, suffix: str, *options: str) -> Samples:
    """Encoded and decoded again, and put where it was, with the same length."""
    pad = RATE // 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        wrote(path, np.pad(x, ((pad, pad), (0, 0))), options=options)
        y = decoded(path)
    return settled(x, y, pad)


def settled(x: Samples, y: Samples, pad: int) -> Samples:
    """The part of `y` that is `x`: near `pad`, found by cross-correlation within 150 ms."""
    shift, _ = lag(np.pad(x, ((pad, pad), (0, 0))), y, 0.15)
    return cut(y, pad + shift, len(x))


def cut(x: Samples, first: int, count: int) -> Samples:
    """`count` samples from `first`, with silence where there are none."""
    out = np.zeros((count, x.shape[1]), np.float32)
    low, high = max(0, first), min(len(x), first + count)
    if high > low:
        out[low - first : high - first] = x[low:high]
    return out


def lag(x: Samples, y: Samples, reach_seconds: float, rate: int = RATE) -> tuple[int, float]:
    """By how many samples `y` is late against `x`, by whitened cross-correlation, and how clear the peak is.

    Both signs of the peak count: an edit may turn the polarity.
    """
    a, b = (np.asarray(s.mean(axis=1) if s.ndim == 2 else s, np.float32) for s in (x, y))
    size = 1 << int(np.ceil(np.log2(len(a) + len(b))))
    cross = np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size))
    whitened = np.fft.irfft(cross / np.maximum(np.abs(cross), 1e-9 + 1e-3 * float(np.abs(cross).max())), size)
    reach = int(reach_seconds * rate)
    window = np.abs(np.concatenate([whitened[-reach:], whitened[: reach + 1]]))
    best = int(np.argmax(window))
    return best - reach, float(window[best] / (np.median(window) + 1e-12))


def onsets(x: Samples, hop: int = 240) -> np.ndarray:
    """How much louder each 5 ms is than the one before, over log-spaced bands."""
    mono = x.mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(mono, (512, 512)), 1024)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(1024), axis=1)) ** 2
    edges = np.unique(np.geomspace(3, 500, 24).astype(int))
    bands = np.log(np.add.reduceat(power, edges, axis=1) + 1e-7)
    return np.maximum(np.diff(bands, axis=0), 0).sum(axis=1)


def stretch_lag(x: Samples, y: Samples, speed: float) -> tuple[float, float]:
    """By how many seconds the stretched `y` is late against `x`, by onsets, within 150 ms."""
    a, b = onsets(x), onsets(y)
    want = np.interp(np.arange(len(b)) * speed, np.arange(len(a)), a)
    want, b = want - want.mean(), b - b.mean()
    size = 2 * len(b)
    cross = np.fft.irfft(np.fft.rfft(b, size) * np.conj(np.fft.rfft(want, size)), size)
    reach = 30
    window = np.concatenate([cross[-reach:], cross[: reach + 1]])
    best = int(np.argmax(window))
    return (best - reach) * 240 / RATE, float(window[best] / (np.linalg.norm(want) * np.linalg.norm(b) + 1e-9))


def rms(x: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64)) + 1e-20))


def amplitude(db: float) -> float:
    return float(10 ** (db / 20))


def at_level(x: Samples, db: float) -> Samples:
    """With this root mean square, in dB below full scale."""
    return x * np.float32(amplitude(db) / max(rms(x), 1e-9))


def windows(x: Samples, seconds: float = 0.02) -> np.ndarray:
    """Power of each window."""
    size = int(seconds * RATE)
    count = len(x) // size
    return np.square(x[: count * size], dtype=np.float64).reshape(count, -1).mean(axis=1) + 1e-20


def active_ratio_db(over: Samples, under: Samples) -> float:
    """How much louder `over` is than `under`, in dB, where `over` is active."""
    a, b = windows(over), windows(under)
    on = a > a.max() * 1e-3
    return float(10 * np.log10(a[on].mean() / b[on].mean()))


def faded(x: Samples, first_seconds: float = 0.0, last_seconds: float = 0.0) -> Samples:
    out = x.copy()
    for seconds, side in ((first_seconds, slice(None)), (last_seconds, slice(None, None, -1))):
        count = min(int(seconds * RATE), len(x))
        if count:
            out[side][:count] *= np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return out


def all_tracks(path: Path) -> list[Samples]:
    listed = subprocess.run(
        [
            "ffprobe",
            "-v",
            "error",
            "-select_streams",
            "a",
            "-show_entries",
            "stream=channels",
            "-of",
            "csv=p=0",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    tracks = []
    for number, channels in enumerate(int(c.strip(",")) for c in listed):
        done = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:a:{number}", "-ar", str(RATE), "-f", "f32le", "-"],
            capture_output=True,
            check=True,
        )
        tracks.append(np.frombuffer(done.stdout, np.float32).reshape(-1, channels))
    return tracks
