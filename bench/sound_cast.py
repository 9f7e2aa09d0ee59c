"""Who plays which part: what is registered, what lies beside it in masters, and what only negatives hold."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from sound_corpus import Sound
from sound_edits import Dice
from sound_tools import RATE, Samples, at_level, cut, decoded, faded, rms, windows, wrote


@dataclass
class Cast:
    """What is registered, what lies beside it in masters, and what only the negatives hold."""

    registered: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    bed: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    negative: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    distractors: list[tuple[Path, str, str]] = field(default_factory=list)  # sound, which material it resembles, how


SHORT_BYTES = 400_000
SIZES = {"music": 60, "effect": 40, "atmosphere": 16, "voice": 40, "drums": 10, "notes": 12}


def deal(work: Path, sounds: list[Sound], folder: Path, dice: Dice, banned: set[str]) -> Cast:
    """Give every sound of a split one part, and write the register in several formats.

    Each source gives to each part, so that beds and negatives hold other cues by the same hands, the same voices with
    other words, and effects from the same libraries. `banned` are sounds that a cross-check found to share a recording.
    """
    cast, by_kind = Cast(), defaultdict(list)
    for sound in sounds:
        if sound.path not in banned:
            by_kind[sound.kind].append(sound)
    for kinds in by_kind.values():
        dice.shuffle(kinds)
    entries: list[tuple[Path, str]] = []
    for kind, longest in (("music", 900), ("effect", 30), ("atmosphere", 300), ("speech", 30)):
        by_source = defaultdict(list)
        for sound in by_kind[kind]:
            by_source[sound.source].append(sound)
        order = [s for round_ in zip_longest(list(by_source.values())) for s in round_]
        if kind == "effect":  # every second one long enough for most families
            long, brief = ([s for s in order if (s.seconds >= 4.5) == is_long] for is_long in (True, False))
            order = [s for round_ in zip_longest([long, brief]) for s in round_]
        wanted = SIZES["voice" if kind == "speech" else kind]
        for number, sound in enumerate(order):
            path, enough = work / sound.path, sound.seconds >= (2.0 if kind == "speech" else 1.0)
            is_made = sound.licence == "made here" or kind != "speech"
            if (
                number % 5 in (0, 2)
                and len(cast.registered[kind]) < wanted
                and enough
                and is_made
                and sound.seconds <= longest
            ):
                cast.registered[kind].append(path)
                entries.append((path, "voice" if kind == "speech" else kind))
            elif number % 5 == 1 or (number % 5 == 3 and kind in ("effect", "speech")):
                cast.bed[kind].append(path)
            else:
                cast.negative[kind].append(path)
    drums = defaultdict(list)
    for sound in sorted(by_kind["drums"], key=lambda s: s.path):
        drums[sound.source].append(work / sound.path)
    kits = [kit for kit in drums.values() if len(kit) >= 3]
    for kit in kits[: SIZES["drums"]]:
        entries.append((kit[0], "drums"))
        cast.distractors += [(other, str(kit[0]), "same kit") for other in kit[1:]]
    cast.negative["drums"] += [path for kit in kits[SIZES["drums"] :] for path in kit]
    plain = {s.title: work / s.path for s in by_kind["notes-plain"]}
    sibling = {s.title: work / s.path for s in by_kind["notes-sibling"]}
    for title in sorted(plain)[: SIZES["notes"]]:
        entries.append((plain[title], "notes"))
        cast.distractors.append((sibling[title], str(plain[title]), "sibling"))
    written: dict[str, list[Path]] = defaultdict(list)
    for number, (path, kind) in enumerate(entries):
        written[kind].append(registered_copy(path, folder / "register", kind, number))
    names = {str(p): registered_name(p, k, n) for n, (p, k) in enumerate(entries)}
    cast.distractors = [(path, names[of], how) for path, of, how in cast.distractors]
    cast.registered = written
    (folder / "register.json").write_text(
        json.dumps(
            [{"material": names[str(p)], "kind": k, "from": str(p.relative_to(work))} for p, k in entries], indent=0
        )
    )
    return cast


def zip_longest(lists: list[list[Sound]]) -> Iterator[list[Sound]]:
    for i in range(max((len(x) for x in lists), default=0)):
        yield [x[i] for x in lists if i < len(x)]


FORMATS = (
    ("wav", 48000, 2, ()),
    ("flac", 44100, 2, ()),
    ("ogg", 44100, 2, ("-c:a", "libvorbis", "-q:a", "5")),
    ("mp3", 44100, 2, ("-b:a", "192k")),
    ("wav", 44100, 1, ()),
    ("flac", 96000, 2, ()),
    ("mp3", 48000, 2, ("-b:a", "128k")),
    ("wav", 32000, 2, ()),
    ("ogg", 22050, 1, ("-c:a", "libvorbis", "-q:a", "4")),
    ("wav", 48000, 2, ("-c:a", "pcm_s24le")),
)


def registered_name(path: Path, kind: str, number: int) -> str:
    plain = "".join(c if c.isalnum() else "_" for c in path.stem)[:24]
    return f"{kind}-{number:03}-{plain}.{FORMATS[number % len(FORMATS)][0]}"


def registered_copy(path: Path, folder: Path, kind: str, number: int) -> Path:
    _, rate, channels, options = FORMATS[number % len(FORMATS)]
    out = folder / registered_name(path, kind, number)
    if not out.exists():
        x = decoded(path, rate, channels)
        wrote(out, x / max(1.0, float(np.abs(x).max())), rate, options)
    return out


def heard(path: Path) -> Samples:
    """A sound at 48 kHz. Short ones stay in memory, as 16 bits."""
    held = _short(path)
    return _long(path) if held is None else held.astype(np.float32) / 32767


@lru_cache(maxsize=6)
def _long(path: Path) -> Samples:
    return decoded(path)


@lru_cache(maxsize=3000)
def _short(path: Path) -> np.ndarray | None:
    if path.stat().st_size > SHORT_BYTES:
        return None
    x = decoded(path)
    return None if len(x) > 8 * RATE else np.rint(x * 32767).astype(np.int16)


def excerpt(path: Path, seconds: tuple[float, float], dice: Dice) -> tuple[int, int] | None:
    """A stretch that can be heard from its start to its end, or none."""
    x = heard(path)
    power = windows(x, 0.1)
    shortest, longest = int(seconds[0] * 10), int(seconds[1] * 10)
    for _ in range(80):
        count = min(dice.randint(shortest, longest), len(power))
        if count < shortest:
            return None
        first = dice.randint(0, len(power) - count)
        mine = power[first : first + count]
        mean = float(mine.mean())
        edge = max(1, min(4, count // 4))
        if mean < 1e-5 or mine[:edge].mean() < mean / 63 or mine[-edge:].mean() < mean / 63:
            continue
        quiet = mine < mean / 1000
        if quiet.mean() > 0.25:
            continue
        jitter = dice.randrange(0, RATE // 10) if (first + count + 1) * RATE // 10 < len(x) else 0
        return first * RATE // 10 + jitter, count * RATE // 10
    return None


# --- the other sound --------------------------------------------------------------------------------------------------


class Beds:
    """Unregistered sound on demand."""

    def __init__(self, parts: dict[str, list[Path]], dice: Dice) -> None:
        self._parts, self._dice = parts, dice
        self._next: dict[str, list[Path]] = {}

    def _one(self, kind: str) -> Path:
        if not self._next.get(kind):
            self._next[kind] = self._dice.sample(self._parts[kind], len(self._parts[kind]))
        return self._next[kind].pop()

    def dialogue(self, seconds: float, pause: tuple[float, float] = (0.15, 0.7)) -> Samples:
        """Lines of one or two voices in turn, in the middle, each 24 dB below full scale."""
        out, at = np.zeros((int(seconds * RATE), 2), np.float32), 0
        while at < len(out):
            line = at_level(heard(self._one("speech")), -24)
            line = np.repeat(line.mean(axis=1, keepdims=True), 2, axis=1)
            end = min(len(out), at + len(line))
            out[at:end] += line[: end - at]
            at = end + int(self._dice.uniform(*pause) * RATE)
        return faded(out, 0, 0.03)

    def effects(self, seconds: float) -> Samples:
        """Effects, one or two at a time, here and there in the picture."""
        out, at = np.zeros((int(seconds * RATE), 2), np.float32), 0
        while at < len(out):
            one = heard(self._one("effect"))[: 6 * RATE]
            if rms(one) > 1e-4:
                side = self._dice.uniform(0.2, 0.8)
                one = at_level(one, -22) * np.float32([2 * (1 - side), 2 * side])
                end = min(len(out), at + len(one))
                out[at:end] += one[: end - at]
                at += int(len(one) * self._dice.uniform(0.5, 1.0))
            at += int(self._dice.uniform(0.0, 0.4) * RATE)
        return faded(out, 0, 0.03)

    def music(self, seconds: float) -> Samples:
        for _ in range(8):
            x = heard(self._one("music"))
            count = int(seconds * RATE)
            first = self._dice.randint(0, max(0, len(x) - count))
            piece = x[first : first + count]
            if rms(piece) > 1e-3:
                break
        return cut(at_level(faded(piece, 0.02, 0.02), -23), 0, count)

    def atmosphere(self, seconds: float) -> Samples:
        x = heard(self._one("atmosphere"))
        x = np.concatenate([x] * (1 + int(seconds * RATE) // max(1, len(x))))
        return faded(at_level(x[: int(seconds * RATE)], -34), 0.05, 0.05)

    def tone(self, seconds: float, db: float = -62) -> Samples:
        """Room tone: noise that falls with frequency."""
        count = int(seconds * RATE)
        size = 1 << max(10, (count - 1).bit_length())  # other lengths transform slowly
        noise = np.random.default_rng(self._dice.randrange(1 << 30)).standard_normal((2, size), np.float32)
        spectrum = np.fft.rfft(noise) / np.sqrt(1 + (np.fft.rfftfreq(size, 1 / RATE) / 300) ** 2).astype(np.float32)
        return at_level(np.fft.irfft(spectrum, size)[:, :count].T.astype(np.float32), db)

    def any(self, seconds: float) -> Samples:
        kind = self._dice.choice(["dialogue", "dialogue", "music", "music", "effects", "atmosphere", "silence", "both"])
        if kind == "silence":
            return np.zeros((int(seconds * RATE), 2), np.float32)
        if kind == "both":
            return self.dialogue(seconds) + self.music(seconds) * np.float32(0.4)
        return getattr(self, kind)(seconds) + self.tone(seconds)
