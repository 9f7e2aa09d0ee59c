"""Matchers that others use, run as fairly as we know how, to stand beside Cleancut in the sound bench.

- `Chromaprint`: fingerprints by fpcalc, compared at every alignment over windows of 24 items (3 s and the 2.6 s that an
  item hears). A run of windows on one diagonal is a finding; its score is the share of equal bits at its best.
- `Landmarks`: pairs of spectral peaks, hashed, with a histogram of offsets, after Wang (2003); written here. Windows of
  4 s vote; the score is the number of landmarks that agree on one offset.
- `Audfprint`: Ellis's landmark matcher as packaged on PyPI (`audfprint2`), where that is installed.

Each turns register files into prints once, and a master into findings: material, span in seconds, score. None of them
says `related`; all say `match`.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sound_tools import decoded, wrote


@dataclass(frozen=True)
class Heard:
    """A finding of a peer, in seconds of the master."""

    material: str
    first_seconds: float
    end_seconds: float
    score: float
    material_first_seconds: float = 0.0


def foremost(found: Iterable[Heard], alike: float = 0.3, gap: float = 2.0) -> list[Heard]:
    """Of findings of one material that overlap, the best, longer by those on its diagonal, to `alike` seconds:
    a loop matches itself at many offsets."""
    by_material: dict[str, list[Heard]] = defaultdict(list)
    for one in found:
        by_material[one.material].append(one)
    kept = []
    for mine in by_material.values():
        mine.sort(key=lambda f: -f.score)
        first, end, origin = (
            np.array([getattr(f, key) for f in mine])
            for key in ("first_seconds", "end_seconds", "material_first_seconds")
        )
        is_open = np.ones(len(mine), bool)
        for number, one in enumerate(mine):
            if not is_open[number]:
                continue
            low, high = one.first_seconds, one.end_seconds
            beside = is_open & (np.abs(origin - first - (one.material_first_seconds - low)) < alike)
            while True:
                near = beside & (first < high + gap) & (end > low - gap)
                wider = float(first[near].min()), float(end[near].max())
                if wider == (low, high):
                    break
                low, high = wider
            kept.append(Heard(one.material, low, high, one.score, one.material_first_seconds + low - one.first_seconds))
            is_open &= np.minimum(end, high) - np.maximum(first, low) < 0.5 * (end - first)
            is_open[number] = False
    return sorted(kept, key=lambda f: f.first_seconds)


def joined(hits: list[tuple[float, float, float, float]], material: str, gap: float, drift: float) -> list[Heard]:
    """Hits (first, end, material first, score) of one material as findings: those on one diagonal, to `drift` seconds,
    with gaps of less than `gap` between them, are one."""
    table = np.array(hits)
    diagonal = np.round((table[:, 2] - table[:, 0]) / drift)
    table = table[np.lexsort((table[:, 0], diagonal))]
    diagonal = np.sort(diagonal)
    is_new = np.diff(diagonal, prepend=np.nan) != 0
    is_new[1:] |= table[1:, 0] - table[:-1, 1] > gap
    at = np.flatnonzero(is_new)
    end, score = np.maximum.reduceat(table[:, 1], at), np.maximum.reduceat(table[:, 3], at)
    runs = zip(table[at, 0], end, score, table[at, 2], strict=True)
    return [Heard(material, *(float(value) for value in run)) for run in runs]


# --- chromaprint ------------------------------------------------------------------------------------------------------

ITEM = 4096 / 3 / 11025  # seconds from item to item
HEARS = 2.6  # seconds of sound that an item is made of
WINDOW = 24


def items(path: Path, track: int = 0) -> np.ndarray:
    """Chromaprint's items of a whole file: one each 0.124 s. fpcalc hears the first track only."""
    source = str(path)
    if track:
        piped = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", source, "-map", f"0:a:{track}", "-f", "wav", "-"],
            capture_output=True,
            check=True,
        ).stdout
        done = subprocess.run(["fpcalc", "-raw", "-length", "0", "-"], input=piped, capture_output=True, check=False)
    else:
        done = subprocess.run(["fpcalc", "-raw", "-length", "0", source], capture_output=True, check=False)
    for line in done.stdout.decode().splitlines():
        if line.startswith("FINGERPRINT="):
            return np.array(line[12:].split(",") if line[12:] else [], dtype=np.int64).astype(np.uint32)
    return np.zeros(0, np.uint32)


class Chromaprint:
    """`threshold` is the share of equal bits in a window that counts as equal sound; 0.70 is a common choice."""

    name = "chromaprint, sliding"

    def __init__(self, threshold: float = 0.70) -> None:
        self.threshold = threshold
        self._names: list[str] = []
        self._prints: list[np.ndarray] = []

    def register(self, name: str, path: Path) -> int:
        self._names.append(name)
        self._prints.append(items(path))
        return self._prints[-1].nbytes

    def find(self, path: Path, track: int = 0) -> list[Heard]:
        return self.match(items(path, track))

    def match(self, master: np.ndarray) -> list[Heard]:
        """Every window of the master against every window of the register, both along the diagonals."""
        # A register item of its own between materials keeps windows from reaching across; short materials use what
        # they have, at least eight items.
        found: list[Heard] = []
        long = [i for i, p in enumerate(self._prints) if len(p) >= WINDOW]
        short = [i for i, p in enumerate(self._prints) if 8 <= len(p) < WINDOW]
        for chosen, window in ((long, WINDOW), (short, 8)):
            if chosen:
                found += self._match(master, chosen, window)
        return foremost(found)

    def _match(self, master: np.ndarray, chosen: list[int], window: int) -> list[Heard]:
        whole = np.concatenate([self._prints[i] for i in chosen])
        owner = np.concatenate([np.full(len(self._prints[i]), i) for i in chosen])
        start = np.concatenate([np.arange(len(self._prints[i])) for i in chosen])
        whole_window = start >= window - 1
        dull = steady(whole, window)  # silence and lasting tones make the same items everywhere
        limit = int((1 - self.threshold) * 32 * window)
        history = np.zeros((window, len(whole) + window), np.uint8)
        sums = np.zeros(len(whole), np.int32)
        master_dull = steady(master, window)
        hits: dict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
        for i, item in enumerate(master):
            now = np.bitwise_count(whole ^ item)
            sums[1:] = sums[:-1].copy()
            sums[0] = 0
            row = i % window
            old = history[row]  # the distances `window` rows ago; those on this diagonal lie `window` to the left
            sums[window:] -= old[: len(whole)][:-window] if len(whole) > window else 0
            history[row, : len(whole)] = now
            sums += now
            if i >= window - 1 and not master_dull[i]:
                for j in np.flatnonzero((sums <= limit) & whole_window & ~dull):
                    score = 1 - float(sums[j]) / (32 * window)
                    # Windows match from about where their middle lies in the material.
                    first, end = (i - window / 2) * ITEM, (i - window / 2 + 1) * ITEM + HEARS
                    hits[int(owner[j])].append((first, end, (start[j] - window / 2) * ITEM, score))
        return [f for i, mine in hits.items() for f in joined(mine, self._names[i], 2.0, 0.4)]


def steady(prints: np.ndarray, window: int) -> np.ndarray:
    """Where the window that ends here holds hardly any different items."""
    if len(prints) < window:
        return np.zeros(len(prints), bool)
    changes = np.concatenate([[0], (np.diff(prints.astype(np.int64)) != 0).astype(int)])
    recent = np.convolve(changes, np.ones(window, int))[: len(prints)]
    return recent < window // 3


# --- landmarks --------------------------------------------------------------------------------------------------------

LISTENS = 11025
SIZE, HOP = 1024, 256


def mono(path: Path, track: int = 0) -> np.ndarray:
    """One track as the landmark matchers hear it. Raises `ValueError` where nothing decodes."""
    samples = decoded(path, LISTENS, 1, track)
    if not len(samples):
        raise ValueError(f"{path}: nothing of track {track} decodes")
    return samples[:, 0]


def peaks(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and frequencies, in hops and bins, of what is loudest within 9 hops and 21 bins; in order of time."""
    if len(x) < SIZE:
        return np.zeros(0, int), np.zeros(0, int)
    window = np.hanning(SIZE).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(x, SIZE)[::HOP]
    power = np.concatenate(
        [
            np.log(np.abs(np.fft.rfft(frames[i : i + 2000] * window, axis=1)[:, 1:-1]).astype(np.float32) + 1e-4)
            for i in range(0, len(frames), 2000)
        ]
    )
    best = most(most(power, 9, 0), 21, 1)
    floor = np.maximum(power.mean(axis=1, keepdims=True) + 0.5, np.log(3e-3))
    return np.nonzero((power == best) & (power > floor))


def most(x: np.ndarray, width: int, axis: int) -> np.ndarray:
    """The maximum over a centred window, by doubling."""
    pad = [(0, 0), (0, 0)]
    pad[axis] = (width // 2, width // 2)
    y, have = np.pad(x, pad, constant_values=-1e9), 1
    while have < width:
        step = min(have, width - have)
        y = np.maximum(y.take(range(y.shape[axis] - step), axis), y.take(range(step, y.shape[axis]), axis))
        have += step
    return y


def landmarks(
    x: np.ndarray, fan: int = 6, ahead: tuple[int, int] = (3, 63), apart: int = 60
) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of pairs of peaks and the hop of the first of each."""
    time, tone = peaks(x)
    hashes, times = [], []
    count = np.zeros(len(time), int)
    for step in range(1, min(len(time), 120)):
        delay, rise = time[step:] - time[:-step], tone[step:] - tone[:-step]
        fits = (delay >= ahead[0]) & (delay <= ahead[1]) & (np.abs(rise) <= apart) & (count[:-step] < fan)
        at = np.flatnonzero(fits)
        count[at] += 1
        hashes.append((tone[at].astype(np.int64) << 13) | ((rise[at] + 64).astype(np.int64) << 6) | delay[at])
        times.append(time[at])
    if not hashes:
        return np.zeros(0, np.int64), np.zeros(0, int)
    return np.concatenate(hashes), np.concatenate(times)


class Landmarks:
    """`votes`: so many landmarks of a window must agree on the offset."""

    name = "landmark pairs (Wang 2003)"
    seconds = 4.0

    def __init__(self, votes: int = 25) -> None:
        self.votes = votes
        self._names: list[str] = []
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []
        self._index: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    def register(self, name: str, path: Path) -> int:
        self._names.append(name)
        self._parts.append(landmarks(mono(path)))
        self._index = None
        return len(self._parts[-1][0]) * 8  # as packed: 32 bits of hash, 32 of time and material

    def find(self, path: Path, track: int = 0) -> list[Heard]:
        return self.match(*landmarks(mono(path, track=track)))

    def part(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The landmarks of one material."""
        return self._parts[number]

    def match(self, hashes: np.ndarray, times: np.ndarray) -> list[Heard]:
        if self._index is None:
            keys = np.concatenate([h for h, _ in self._parts])
            order = np.argsort(keys, kind="stable")
            self._index = (
                keys[order],
                np.concatenate([t for _, t in self._parts])[order],
                np.concatenate([np.full(len(h), i) for i, (h, _) in enumerate(self._parts)])[order],
            )
        keys, whens, owners = self._index
        low, high = np.searchsorted(keys, hashes, "left"), np.searchsorted(keys, hashes, "right")
        often = high - low
        often[often > 400] = 0  # a hash that is everywhere says nothing
        which = np.repeat(np.arange(len(hashes)), often)
        place = np.repeat(low, often) + np.arange(len(which)) - np.repeat(np.cumsum(often) - often, often)
        if not len(which):
            return []
        owner, offset, when = owners[place], whens[place] - times[which], times[which]
        hop = HOP / LISTENS
        found: dict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
        wide = int(self.seconds / hop)
        for shift in (0, wide // 2):  # two tilings, so that every stretch of two seconds lies whole in a window
            window = (when + shift) // wide
            code = (owner.astype(np.int64) << 40) | ((offset // 2 + (1 << 19)).astype(np.int64) << 18) | window
            order = np.argsort(code, kind="stable")
            edges = np.flatnonzero(np.diff(code[order], prepend=-1))
            sizes = np.diff(np.append(edges, len(code)))
            for edge, size in zip(edges[sizes >= self.votes], sizes[sizes >= self.votes], strict=True):
                mine = order[edge : edge + size]
                first, end = when[mine].min() * hop, when[mine].max() * hop
                material_first = first + float(offset[mine[0]]) * hop
                found[int(owner[mine[0]])].append((first, end + 0.3, material_first, float(size)))
        return foremost(f for i, mine in found.items() for f in joined(mine, self._names[i], 3.0, 0.15))


# --- audfprint --------------------------------------------------------------------------------------------------------


DENSITY, FAN = 70.0, 8  # of its hashes: by default 20 and 3, with which it finds less of every group here


class Audfprint:
    """Asks about windows of 8 s, every 4 s, for up to five materials each, with the settings that `audfprint match`
    has by default but for denser hashes, exact counts and time ranges. `votes` is its least count, 5 by default, where
    so many agree by chance when hashes are dense."""

    name = "audfprint2"
    window, step = 8.0, 4.0

    def __init__(self, votes: int = 12) -> None:
        from audfprint2.core import hash_table, matcher

        self._table = hash_table.HashTable(hashbits=20, depth=100, maxtime=1 << 16)
        self._matcher = matcher.Matcher()
        self._matcher.window, self._matcher.threshcount, self._matcher.max_returns = 2, votes, 5
        self._matcher.search_depth, self._matcher.exact_count = 100, True
        self._matcher.find_time_range, self._matcher.time_quantile = True, 0.02
        self._names: list[str] = []

    def _hashes(self, path: Path, track: int, shifts: int) -> np.ndarray:
        from audfprint2.core import analyzer

        one = analyzer.Analyzer(density=DENSITY)
        one.maxpksperframe, one.maxpairsperpeak, one.f_sd, one.shifts = 5, FAN, 30.0, shifts
        one.target_sr, one.n_fft, one.n_hop = LISTENS, 512, 256
        with tempfile.TemporaryDirectory() as folder:
            wav = Path(folder) / "x.wav"
            wrote(wav, mono(path, track)[:, None], LISTENS)
            return np.asarray(one.wavfile2hashes(str(wav)))

    def register(self, name: str, path: Path) -> int:
        hashes = self._hashes(path, 0, 1)
        self._names.append(name)
        self._table.store(name, hashes)
        return 4 * len(hashes)

    def find(self, path: Path, track: int = 0) -> list[Heard]:
        hashes, hop = self._hashes(path, track, 4), 256 / LISTENS
        hits: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
        at, end = 0.0, float(hashes[:, 0].max()) * hop if len(hashes) else 0.0
        while at < end:
            mine = hashes[(hashes[:, 0] * hop >= at) & (hashes[:, 0] * hop < at + self.window)]
            at += self.step
            if len(mine) < 2:
                continue
            for number, count, offset, _, _, first, last in self._matcher.match_hashes(self._table, mine)[:5]:
                if count >= self._matcher.threshcount:
                    place = (first * hop, last * hop + 0.5, (first + offset) * hop, float(count))
                    hits[self._names[int(number)]].append(place)
        return foremost(f for name, mine in hits.items() for f in joined(mine, name, self.step, 0.2))
