#!/usr/bin/env python3
"""Mix masters in which it is known, to the sample, where registered sound lies and how it was edited.

usage: sound_mix.py develop|report --work FOLDER [--seed N] [--hours H] [--check]

Writes below `FOLDER/<split>`: `register/`, `master_*`, `negative_*` and `truth.json`. One seed, one result, given the
same corpus and the same tools. `segments` of `truth.json` say: in `master` (on sound track `track`, the first being 0)
from `first_seconds` to `end_seconds` lies `material` from `material_first_seconds` to `material_end_seconds`, edited
as `family` and `strength` say, `speed` material seconds to a master second, `pitch` semitones higher. `distractors`
are what may at most be called related: another rendering of a registered piece, another pattern from the same kit.

What the words mean here:

- a ratio of dialogue or effects to the material compares root mean squares over those 20 ms windows in which the
  dialogue or effect is active, that is, within 30 dB of its loudest window;
- beside that, materials of groups A and C lie over silence, room tone at -62 dB of full scale, or an atmosphere 24 dB
  softer than they are; other groups over silence or room tone;
- a reverb's tail after the material has ended does not belong to the segment;
- a loop is one segment over all its repeats; its material span is the piece that is repeated;
- an excerpt starts and ends where the material can be heard: within 18 dB of the excerpt's own level;
- a delivery format that shifts the whole master shifts its truth;
- codecs and stretchers that shift the sound are put right by cross-correlation; `lag_ms` is what was left, measured
  on the finished excerpt (waveform for edits that keep speed and pitch, onsets for those that do not).

--check decodes every finished master and looks for each unstretched segment by plain cross-correlation.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sound_cast import Beds, Cast, deal, heard
from sound_corpus import collect, shared
from sound_edits import FAMILIES, Dice, Family
from sound_slots import Slot, distractor_slot, made_slot
from sound_tools import RATE, Samples, all_tracks, amplitude, cut, lag, windows, wrote

FRAMES = 24
EACH = {"develop": 12, "report": 24}  # segments of each family


DELIVERIES = [
    ("wav", ("-c:a", "pcm_s24le")),
    ("mp4", ("-c:a", "aac", "-b:a", "192k")),
    ("mka", ("-c:a", "flac")),
    ("mka", ("-c:a", "libopus", "-b:a", "128k")),
    ("mka", ("-c:a", "libmp3lame", "-b:a", "192k")),
    ("wav", ("-c:a", "pcm_s16le")),
]
LAYOUTS = {
    "surround": [("mka", ("-c:a", "flac")), ("mp4", ("-c:a", "ac3", "-b:a", "448k"))],
    "tracks": [("mka", ("-c:a", "flac")), ("mp4", ("-c:a", "aac", "-b:a", "160k"))],
    "stereo": DELIVERIES,
}


def delivered(path: Path, tracks: list[Samples], options: tuple[str, ...]) -> Path:
    """One file with all tracks; an .mp4 also gets a small dark picture at 24 frames a second."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        inputs, maps = [], []
        for number, x in enumerate(tracks):
            raw = Path(folder) / f"{number}.f32"
            np.ascontiguousarray(np.clip(x, -1, 1), "<f4").tofile(raw)
            layout = ["-channel_layout", "5.1" if x.shape[1] == 6 else "stereo"]
            inputs += ["-f", "f32le", "-ar", str(RATE), "-ac", str(x.shape[1]), *layout, "-i", str(raw)]
            maps += ["-map", f"{number}:a"]
        if path.suffix == ".mp4":
            seconds = len(tracks[0]) / RATE
            inputs += ["-f", "lavfi", "-t", f"{seconds:.3f}", "-i", f"gradients=s=192x108:r={FRAMES}:speed=0.01:seed=7"]
            maps += ["-map", f"{len(tracks)}:v", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *inputs, *maps, *options, str(path)], check=True)
    return path


def build(work: Path, split: str, seed: int, each: int, hours: float) -> Path:
    """The finished folder. It is made under another name and takes its place when whole; an older one is removed."""
    folder, place = work / f"{split}.part", work / split
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "register").mkdir(parents=True)
    sounds = collect(work, split)
    cast = deal(work, sounds, folder, Dice(f"{seed} {split} cast"), shared(work, split))
    truth: dict[str, Any] = {"frames_per_second": FRAMES, "seed": seed, "segments": [], "distractors": []}
    for layout in ("stereo", "surround", "tracks"):
        dice = Dice(f"{seed} {split} {layout}")
        beds = Beds(cast.bed, Dice(f"{seed} {split} {layout} beds"))
        jobs: list[Any] = []
        for family in FAMILIES:
            if family.layout == layout:
                shuffled = dice.sample(family.strengths, len(family.strengths))
                jobs += [(family, shuffled[i % len(shuffled)]) for i in range(each)]
        if layout == "stereo":
            jobs += cast.distractors
        dice.shuffle(jobs)
        number, slots, length = 0, [], 0
        for position, job in enumerate(jobs):
            slot = made_slot(*job, cast, beds, dice) if isinstance(job[0], Family) else distractor_slot(job, beds, dice)
            if slot is not None:
                slots.append(slot)
                length += len(slot.channels[0])
            if slots and (length > 480 * RATE or position == len(jobs) - 1):
                suffix, options = LAYOUTS[layout][number % len(LAYOUTS[layout])]
                name = f"master_{layout}_{number:02}.{suffix}"
                finish(folder / name, slots, options, truth)
                number, slots, length = number + 1, [], 0
                (folder / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
                print(f"{name}: {len(truth['segments'])} segments so far", flush=True)
    negatives(folder, cast, Dice(f"{seed} {split} negatives"), hours)
    (folder / "READY").touch()
    shutil.rmtree(place, ignore_errors=True)
    folder.rename(place)
    return place


def finish(path: Path, slots: list[Slot], options: tuple[str, ...], truth: dict[str, Any]) -> None:
    tracks = [np.concatenate([s.channels[i] for s in slots]) for i in range(len(slots[0].channels))]
    delivered(path, tracks, options)
    at = delay(tracks[0], all_tracks(path)[0])
    for slot in slots:
        for kind, entries in (("segments", slot.truths), ("distractors", slot.distractors)):
            for entry in entries:
                first, end = (round(entry[key] + at / RATE, 6) for key in ("first_seconds", "end_seconds"))
                truth[kind].append(
                    {
                        "master": path.name,
                        **entry,
                        "first_seconds": first,
                        "end_seconds": end,
                        "first_frame": round(first * FRAMES),
                        "end_frame": round(end * FRAMES),
                    }
                )
        at += len(slot.channels[0])


def delay(x: Samples, y: Samples) -> int:
    """By how many samples the finished file is late as ffmpeg plays it: MP3 in Matroska keeps its encoder's delay."""
    middle = len(x) // 2
    loudest = middle + int(np.argmax(windows(x[middle : middle + 60 * RATE], 1.0))) * RATE
    late, _ = lag(x[loudest : loudest + 8 * RATE], y[loudest : loudest + 8 * RATE], 0.2)
    return late


def negatives(folder: Path, cast: Cast, dice: Dice, hours: float) -> None:
    """Programmes of sound that is not registered, half an hour each, and one of test sounds."""
    beds = Beds(cast.negative, dice)
    tests = folder / "negative_tests.flac"
    if not tests.exists():
        wrote(tests, test_sounds(beds, dice))
    for number in range(round(hours * 2)):
        suffix, options = (("flac", ()), ("mka", ("-c:a", "aac", "-b:a", "128k")), ("wav", ()))[number % 3]
        path = folder / f"negative_{number:02}.{suffix}"
        parts: list[Samples] = []
        length = 0
        while length < 1800 * RATE:
            seconds = dice.uniform(20, 90)
            kind = dice.choice(["music", "music", "dialogue", "both", "effects", "scene"])
            if kind == "both":
                part = beds.dialogue(seconds) + beds.music(seconds) * np.float32(amplitude(dice.uniform(-10, 3)))
            elif kind == "scene":
                part = beds.dialogue(seconds) + beds.effects(seconds) * np.float32(0.5) + beds.tone(seconds, -50)
            else:
                part = getattr(beds, kind)(seconds)
            parts.append(np.clip(part, -1, 1))
            length += len(part)
        if not path.exists():
            wrote(path, np.concatenate(parts), options=options)
        print(path.name, flush=True)


def test_sounds(beds: Beds, dice: Dice) -> Samples:
    """What a bad matcher finds everywhere: silence, room tone, noise, tones, chords, sweeps, two-pops, hum."""
    parts, time = [], np.arange(12 * RATE) / RATE
    for _ in range(12):
        base = dice.choice([50, 60, 110, 220, 440, 1000])
        hum = sum(np.sin(2 * np.pi * base * k * time) / k for k in range(1, 6))
        sweep = np.sin(2 * np.pi * (100 * time + (dice.uniform(2000, 8000) / 24) * time**2))
        chord = sum(np.sin(2 * np.pi * base * 2 ** (k / 12) * time) for k in (0, 4, 7))
        pop = np.where((time % 2) < 1 / 24, np.sin(2 * np.pi * 1000 * time), 0)
        noise = np.random.default_rng(dice.randrange(1 << 30)).standard_normal(len(time))
        for x in (hum, sweep, chord, pop, noise, np.zeros(len(time))):
            mono = (0.1 * x / max(1e-9, float(np.abs(x).max()))).astype(np.float32)
            parts.append(np.stack([mono, mono], axis=1))
        parts.append(beds.tone(12, -55))
    return np.concatenate(parts)


# --- being sure -------------------------------------------------------------------------------------------------------

PLAIN = {
    "codec",
    "level",
    "equaliser",
    "dynamics",
    "fades",
    "trim",
    "rate",
    "short",
    "polarity",
    "dual mono",
    "overlap",
    "surround front",
    "surround rear",
    "second track",
    "under dialogue",
    "under effects",
    "wide stereo",
    "reverb",
}


def check(folder: Path) -> list[dict[str, Any]]:
    """Look for each unstretched segment in its finished master, half a second around where it should be."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    seen = []
    for name in sorted({s["master"] for s in truth["segments"]}):
        tracks = all_tracks(folder / name)
        for s in (s for s in truth["segments"] if s["master"] == name and s["family"] in PLAIN):
            x = heard(folder / "register" / s["material"])
            first, end = round(s["first_seconds"] * RATE), round(s["end_seconds"] * RATE)
            want = cut(x, round(s["material_first_seconds"] * RATE), end - first)
            found = max(
                (
                    lag(want[:, side], cut(tracks[s["track"]], first, end - first)[:, column], 0.5)
                    for column in range(tracks[s["track"]].shape[1])
                    for side in (0, 1)
                ),
                key=lambda f: f[1],
            )
            seen.append(
                {
                    "family": s["family"],
                    "strength": s["strength"],
                    "master": name,
                    "kind": s["kind"],
                    "late_ms": round(1000 * found[0] / RATE, 2),
                    "clear": round(found[1], 1),
                }
            )
    return seen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", choices=["develop", "report"])
    parser.add_argument("--work", type=Path, default=os.environ.get("CLEANCUT_BENCH_WORK"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, help="segments of each family; 12 for develop, 24 for report")
    parser.add_argument("--hours", type=float, default=1.0, help="of negatives")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if given.work is None:
        parser.error("name --work, or set CLEANCUT_BENCH_WORK")
    work = Path(given.work)
    if given.check:
        seen = check(work / given.split)
        (work / given.split / "check.json").write_text(json.dumps(seen, indent=0), encoding="utf-8")
        for family in sorted({s["family"] for s in seen}):
            mine = [s for s in seen if s["family"] == family]
            good = sum(abs(s["late_ms"]) <= 10 for s in mine)
            print(
                f"{family:20} {good} of {len(mine)} within 10 ms; others: "
                + ", ".join(
                    f"{s['late_ms']} ({s['kind']} {s['strength']}, clear {s['clear']})"
                    for s in mine
                    if abs(s["late_ms"]) > 10
                )
            )
        return 0
    build(work, given.split, given.seed, given.each or EACH[given.split], given.hours)
    return 0


if __name__ == "__main__":
    sys.exit(main())
