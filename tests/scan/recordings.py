"""Sound with known truth as files: alone, beside pictures, in several tracks."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cleancut.match.samples import Samples
from cleancut.testing import music

RATE = 48000


def ffmpeg(*arguments: object) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def piece(seed: int, seconds: float) -> Samples:
    return music(seed, seconds, RATE)


def part(samples: Samples, first: float, end: float) -> Samples:
    return samples[:, round(first * RATE) : round(end * RATE)]


def row(*samples: Samples) -> Samples:
    """One after the other."""
    return np.concatenate(samples, axis=1)


def silence(seconds: float) -> Samples:
    return np.zeros((1, round(seconds * RATE)), np.float32)


def wav(path: Path, samples: Samples, *options: object) -> Path:
    """16-bit samples; with options, as ffmpeg writes it anew."""
    plain = path.with_name(f"{path.name}.plain") if options else path
    with wave.open(str(plain), "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.T * 32767).astype("<i2").tobytes())
    if options:
        ffmpeg("-f", "wav", "-i", plain, *options, path)
        plain.unlink()
    return path


def broadcast(path: Path, samples: Samples, seconds: float) -> Path:
    """A Broadcast Wave file that begins at this time of day."""
    return wav(path, samples, "-write_bext", "1", "-metadata", f"time_reference={round(seconds * RATE)}")


def sounded(path: Path, picture: Path, tracks: Sequence[Samples], codec: str = "pcm_s16le", *options: object) -> Path:
    """The pictures of a film with these tracks."""
    files = [wav(path.with_name(f"{path.stem}-{number}.wav"), track) for number, track in enumerate(tracks)]
    inputs = [word for file in files for word in ("-i", file)]
    maps = [word for number in range(len(files)) for word in ("-map", f"{number + 1}:a")]
    ffmpeg("-i", picture, *inputs, "-map", "0:v", *maps, "-c:v", "copy", "-c:a", codec, *options, path)
    for file in files:
        file.unlink()
    return path
