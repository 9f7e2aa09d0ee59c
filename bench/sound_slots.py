"""One stretch of a master: a gap of other sound, then an edited excerpt over what its family needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sound_cast import Beds, Cast, excerpt, heard
from sound_edits import EDITS, Dice, Edited, Family
from sound_tools import RATE, Samples, active_ratio_db, amplitude, at_level, coded, cut, faded, lag, rms, stretch_lag


@dataclass
class Slot:
    """Consecutive sound of a master; `truths` count from its start."""

    channels: list[Samples]  # one for each sound track; two columns, or six in the order of 5.1
    truths: list[dict[str, Any]]
    distractors: list[dict[str, Any]] = field(default_factory=list)


KINDS = ["music"] * 11 + ["voice"] * 2 + ["atmosphere"] * 2 + ["effect"] * 2 + ["drums", "notes"]


def pick(cast: Cast, seconds: tuple[float, float], dice: Dice, short: bool = False) -> tuple[Path, str, int, int]:
    """A material, its kind, and an audible excerpt: its first sample and how many."""
    while True:
        kind = dice.choice(KINDS if not short else [*KINDS, *["effect"] * 12])
        known = cast.registered.get(kind, [])
        for path in dice.sample(known, min(12, len(known))):  # few effects are long enough for most families
            found = excerpt(path, seconds, dice)
            if found:
                return path, kind, *found


def made_slot(family: Family, strength: str, cast: Cast, beds: Beds, dice: Dice) -> Slot:
    """A gap of other sound, the edited excerpt over what its family needs, and a little more other sound."""
    seconds = family.seconds
    if family.name in ("loop", "trim", "short"):
        seconds = (float(strength.split(" s")[0]),) * 2
    elif family.name in ("wide tempo", "tempo", "pal", "dubbing", "combination"):
        seconds = (6, 30)
    before = dice.uniform(2.0, 6.0)
    path, kind, first, count = pick(cast, seconds, dice, family.name == "short")
    x = at_level(heard(path)[first : first + count], -23 + dice.uniform(-3, 3))
    edited = EDITS[family.name](x, strength, dice)
    y, own = edited.samples, edited_length(family, strength, count, edited)
    lag_ms, clear = checked(family, x, y, own, edited)
    gap = beds.any(before)
    at = len(gap)
    tail = int(dice.uniform(0.6, 1.5) * RATE)
    total = at + max(len(y), own) + tail
    base = np.zeros((total, 2), np.float32)
    base[:at] = faded(gap, 0.02, 0.02)
    under = dice.choice(["silence", "tone", "tone", "atmosphere"])
    if under == "tone":
        base[at:] += beds.tone((total - at) / RATE + 0.01)[: total - at]
    elif under == "atmosphere" and family.group in "AC":
        far = cut(beds.atmosphere((total - at) / RATE), 0, total - at)
        base[at:] += at_level(far, 20 * np.log10(rms(y)) - 24)
    placed = np.zeros((total, 2), np.float32)
    placed[at : at + len(y)] = y
    truth = {
        "material": path.name,
        "kind": kind,
        "first_seconds": at / RATE,
        "end_seconds": (at + own) / RATE,
        "material_first_seconds": round(first / RATE, 6),
        "material_end_seconds": round((first + count) / RATE, 6),
        "family": family.name,
        "strength": strength,
        "group": family.group,
        "speed": round(edited.speed, 6),
        "pitch": round(edited.pitch, 4),
        "class": "match",
        "track": 0,
        "lag_ms": lag_ms,
        "lag_clear": clear,
    }
    return mixed(family, strength, cast, beds, dice, base, placed, (at, own), truth)


def edited_length(family: Family, strength: str, count: int, edited: Edited) -> int:
    return count * int(strength.split("x")[1]) if family.name == "loop" else round(count / edited.speed)


def checked(family: Family, x: Samples, y: Samples, own: int, edited: Edited) -> tuple[float, float]:
    """What is left of a shift, in ms, and how clear that is."""
    if edited.speed == 1 and edited.pitch == 0:
        probe = y[: len(x)] if family.name != "polarity" else y[: len(x), :1].repeat(2, 1)
        shift, clear = lag(x if family.name != "polarity" else x[:, :1].repeat(2, 1), probe, 0.1)
        return round(1000 * shift / RATE, 2), round(clear, 1)
    late, clear = stretch_lag(x, y[:own], edited.speed)
    return round(1000 * late, 1), round(clear, 3)


def over(x: Samples, material: Samples, ratio_db: float) -> Samples:
    """`x` made `ratio_db` louder than the material, where `x` is active."""
    return x * np.float32(amplitude(ratio_db - active_ratio_db(x, material)))


def covering(beds: Beds, kind: str, dice: Dice, total: int, at: int, own: int) -> tuple[Samples, slice]:
    """Dialogue or effects that start and end at least half a second away from where the material does."""
    first = at + int(dice.choice([dice.uniform(-1.8, -0.6), dice.uniform(0.5, 0.9)]) * RATE)
    end = at + own + int(dice.choice([dice.uniform(-0.9, -0.5), 0.55]) * RATE)
    first, end = max(0, first), min(total, end)
    out = np.zeros((total, 2), np.float32)
    out[first:end] = cut(getattr(beds, kind)((end - first) / RATE), 0, end - first)
    return out, slice(max(first, at), min(end, at + own))


def mixed(
    family: Family,
    strength: str,
    cast: Cast,
    beds: Beds,
    dice: Dice,
    base: Samples,
    placed: Samples,
    where: tuple[int, int],
    truth: dict[str, Any],
) -> Slot:
    at, own = where
    total, name, truths = len(base), family.name, [truth]
    if name in (
        "under dialogue",
        "under loud dialogue",
        "under effects",
        "dubbing",
        "wide stereo",
        "second track",
        "surround front",
        "surround rear",
    ):
        kind = "effects" if name == "under effects" else "dialogue"
        louder = 3.0 if name == "dubbing" else float(strength.split()[-1]) if strength != "as is" else -12.0
        talk, shared = covering(beds, kind, dice, total, at, own)
        talk *= np.float32(amplitude(louder - active_ratio_db(talk[shared], placed[shared])))
        if name == "dubbing":
            # The codec goes over the whole, as it does in a dubbed release.
            return loud_enough(Slot([coded(base + placed + talk, "m4a", "-b:a", "96k")], truths))
        if name == "wide stereo":  # the music's middle is turned down, its sides stay
            middle = placed.mean(axis=1, keepdims=True)
            sides = (placed[:, :1] - placed[:, 1:]) / 2
            if rms(sides) < 0.1 * rms(middle):  # a mono material: made wide by a delay of 11 ms
                placed = np.stack([placed[:, 0], np.roll(placed[:, 1], int(0.011 * RATE))], axis=1)
            else:
                placed = np.concatenate([0.5 * middle + sides, 0.5 * middle - sides], axis=1).astype(np.float32)
            return loud_enough(Slot([base + placed + talk], truths))
        if name.startswith("surround"):
            six = np.zeros((total, 6), np.float32)  # L R C LFE Ls Rs
            six[:, 2] = talk[:, 0] + base.mean(axis=1)
            six[:, (0, 1) if name.endswith("front") else (4, 5)] += placed
            six[:, (4, 5) if name.endswith("front") else (0, 1)] += base * np.float32(0.3)
            return loud_enough(Slot([six], truths))
        if name == "second track":
            truth["track"] = 1
            return loud_enough(Slot([base + cut(beds.dialogue(total / RATE), 0, total), base + placed + talk], truths))
        return loud_enough(Slot([base + placed + talk], truths))
    if name == "dual mono":
        other = cut(beds.any(total / RATE + 0.01), 0, total).mean(axis=1)
        both = np.stack([placed.mean(axis=1), other], axis=1)
        return loud_enough(Slot([both if strength == "left" else both[:, ::-1]], truths))
    if name == "overlap":
        path, kind, first, count = pick(cast, (6, 12), dice)
        while path.name == truth["material"]:
            path, kind, first, count = pick(cast, (6, 12), dice)
        start = at + int(own * dice.uniform(0.3, 0.6))
        second = (
            over(heard(path)[first : first + count], placed[start : start + count], float(strength))
            if (start + count <= at + own)
            else at_level(heard(path)[first : first + count], -23 + float(strength))
        )
        longer = max(total, start + count + RATE)
        base, placed = cut(base, 0, longer), cut(placed, 0, longer)
        placed[start : start + count] += second
        truths.append(
            {
                **truth,
                "material": path.name,
                "kind": kind,
                "first_seconds": start / RATE,
                "end_seconds": (start + count) / RATE,
                "material_first_seconds": round(first / RATE, 6),
                "material_end_seconds": round((first + count) / RATE, 6),
                "lag_ms": 0.0,
                "lag_clear": 0.0,
            }
        )
    return loud_enough(Slot([base + placed], truths))


def loud_enough(slot: Slot) -> Slot:
    """Turned down as a whole where it would clip, so that no edit is added that the truth does not name."""
    peak = max(float(np.abs(x).max()) for x in slot.channels)
    if peak > 0.95:
        slot.channels = [x * np.float32(0.95 / peak) for x in slot.channels]
    return slot


def distractor_slot(sound: tuple[Path, str, str], beds: Beds, dice: Dice) -> Slot | None:
    """Another rendering of a registered piece, or another pattern of the same kit: related at most."""
    path, material, how = sound
    found = excerpt(path, (10, 24), dice)
    if not found:
        return None
    first, count = found
    gap = beds.any(dice.uniform(1.5, 3.0))
    y = at_level(heard(path)[first : first + count], -23)
    return loud_enough(
        Slot(
            [np.concatenate([gap, y, np.zeros((RATE // 2, 2), np.float32)])],
            [],
            [
                {
                    "like": material,
                    "how": how,
                    "first_seconds": len(gap) / RATE,
                    "end_seconds": (len(gap) + count) / RATE,
                }
            ],
        )
    )
