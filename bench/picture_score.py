"""From what a system found in pictures to what it is worth; the words are explained in `picture.py`."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from itertools import pairwise, permutations
from typing import Any

import numpy as np
from measures import found_of

FOUND = 0.5  # intersection over union
NEAR_FRAMES, NEAR_SHARE, NEAR_SPEED = 1, 0.05, 0.03
BINS = (0.0, 0.45, 0.55, 0.65, 0.75, 0.85, 1.01)
_TURNS = [p for p in permutations(range(4)) if all((p[n] - p[n - 1]) % 4 in (1, 3) for n in range(4))]


def touches(finding: dict[str, Any], segment: dict[str, Any]) -> bool:
    return (
        finding["film"] == segment["film"]
        and (finding["material"] == segment["material"] or segment["material"] in finding["also"])
        and finding["first_frame"] < segment["end_frame"]
        and segment["first_frame"] < finding["end_frame"]
    )


def score(result: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Everything the tables show, for one system."""
    segments = [s for s in truth["segments"] if s["film"] in result["files"]]
    matches = [f for f in result["findings"] if f["class"] == "match"]
    related = [f for f in result["findings"] if f["class"] != "match"]
    of_film: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for s in segments:
        of_film[s["film"]].append(s)
    false = [f for f in matches if not any(touches(f, s) for s in of_film[f["film"]])]
    ceiling = max((f["score"] for f in false), default=-1.0)
    rows = [judged(s, matches, related, ceiling) for s in segments]
    doubted = set(result["register"].get("doubted", ()))
    sure = [r for r in rows if r["material"] not in doubted]
    families = list(dict.fromkeys(s["family"] for s in sorted(segments, key=lambda s: s["group"])))
    return {
        "families": {name: summed([r for r in rows if r["family"] == name]) for name in families},
        "strengths": {
            f"{name}, {s}": summed([r for r in rows if r["family"] == name and r["strength"] == s])
            for name in families
            for s in sorted({r["strength"] for r in rows if r["family"] == name})
        },
        "groups": {g: summed([r for r in rows if r["group"] == g]) for g in sorted({r["group"] for r in rows})},
        "sure": {g: summed([r for r in sure if r["group"] == g]) for g in sorted({r["group"] for r in sure})},
        "detail": {
            "with enough": summed([r for r in sure if r["group"] != "F"]),
            "with too little": summed([r for r in rows if r["group"] != "F" and r["material"] in doubted]),
        },
        "all": summed([r for r in rows if r["group"] != "F"]),
        "kinds": {
            kind: summed([r for r in rows if r["group"] != "F" and (r["material_first_frame"] is None) == is_still])
            for kind, is_still in (("clips", False), ("stills", True))
        },
        "group_of": {s["family"]: s["group"] for s in segments},
        "alarms": alarms(false, related, result, truth),
        "ceiling": ceiling,
        "calibration": calibration(rows, matches, false, related, of_film, result),
        "false": sorted(false, key=lambda f: -f["score"])[:100],
        "missed": [
            {k: r[k] for k in ("film", "first_frame", "end_frame", "family", "strength", "material", "iou", "related")}
            for r in rows
            if not r["found"]
        ],
    }


def judged(
    segment: dict[str, Any], matches: list[dict[str, Any]], related: list[dict[str, Any]], ceiling: float
) -> dict[str, Any]:
    """The segment with whether it is found, by all matches and by those above the ceiling, and how exactly."""
    mine = [f for f in matches if touches(f, segment)]
    row = {k: v for k, v in segment.items() if k != "corners"}
    share = _share(segment, mine)
    row.update(found=share >= FOUND, iou=round(share, 3), best=max((f["score"] for f in mine), default=None))
    row["at_zero"] = _share(segment, [f for f in mine if f["score"] > ceiling]) >= FOUND
    row["related"] = any(touches(f, segment) for f in related)
    if row["found"]:
        starts = abs(min(f["first_frame"] for f in mine) - segment["first_frame"])
        ends = abs(max(f["end_frame"] for f in mine) - segment["end_frame"])
        row["off"] = [max(0, error - segment["soft"]) for error in (starts, ends)]
        best = max(mine, key=lambda f: f["score"])
        if best.get("corners"):
            row["region_off"] = _corners_off(best, segment)
        has_one = segment.get("material_first_frame") is not None and segment["speed"] and segment["family"] != "freeze"
        if has_one and best.get("speed") is not None:
            row["speed_off"] = round(abs(best["speed"] / segment["speed"] - 1.0), 4)
    return row


def _share(segment: dict[str, Any], findings: list[dict[str, Any]]) -> float:
    """Of the segment and the hull of the findings: what both cover, in what either does."""
    if not findings:
        return 0.0
    first, end = min(f["first_frame"] for f in findings), max(f["end_frame"] for f in findings)
    shared = min(end, segment["end_frame"]) - max(first, segment["first_frame"])
    return shared / (max(end, segment["end_frame"]) - min(first, segment["first_frame"]))


def _corners_off(finding: dict[str, Any], segment: dict[str, Any]) -> float:
    """How far the worst corner is off, in shares of the frame, in the middle of the finding; whichever corner is
    called the first."""
    told = segment["corners"]
    middle = (finding["first_frame"] + finding["end_frame"]) // 2 - segment["first_frame"]
    ours = np.array(finding["corners"])
    true = np.array(told[0] if len(told) == 1 else told[min(max(0, middle), len(told) - 1)])
    return round(min(float(np.abs(ours[list(turn)] - true).max()) for turn in _TURNS), 4)


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found = [r for r in rows if r["found"]]
    out: dict[str, Any] = {**found_of(rows), "related": sum(r["related"] and not r["found"] for r in rows)}
    if found:
        ends = sorted(e for r in found for e in r["off"])
        out["ends"] = {
            "median": statistics.median(ends),
            "p90": ends[math.ceil(0.9 * (len(ends) - 1))],
            "both_near": sum(max(r["off"]) <= NEAR_FRAMES for r in found) / len(found),
        }
        regions = [r["region_off"] for r in found if "region_off" in r]
        if regions:
            out["region_near"] = sum(r <= NEAR_SHARE for r in regions) / len(regions)
        speeds = [r["speed_off"] for r in found if "speed_off" in r]
        if speeds:
            out["speed_near"] = sum(off <= NEAR_SPEED for off in speeds) / len(speeds)
        scores = sorted(r["best"] for r in found)
        out["scores"] = {"median": statistics.median(scores), "p10": scores[int(0.1 * (len(scores) - 1))]}
    return out


def alarms(
    false: list[dict[str, Any]], related: list[dict[str, Any]], result: dict[str, Any], truth: dict[str, Any]
) -> dict[str, Any]:
    """How many false matches and related findings, an hour, in films and in reels; and what became of what is near."""
    out: dict[str, Any] = {}
    for place in ("master", "negative"):
        hours = sum(f["seconds"] for name, f in result["files"].items() if name.startswith(place)) / 3600
        wrong = [f for f in false if f["film"].startswith(place)]
        near = [f for f in related if f["film"].startswith(place)]
        out[place] = {"hours": hours, "match": len(wrong), "related": len(near)}
    asked: Counter[str] = Counter()
    for n in (n for n in truth["near"] if n["film"] in result["files"]):
        asked[n["how"]] += 1
        for kind, findings in (("match", false), ("related", related)):
            asked[f"{n['how']}, {kind}"] += any(
                f["film"] == n["film"]
                and f["material"] in n["like"]
                and f["first_frame"] < n["end_frame"]
                and n["first_frame"] < f["end_frame"]
                for f in findings
            )
    out["near"] = dict(asked)
    return out


def calibration(
    rows: list[dict[str, Any]],
    matches: list[dict[str, Any]],
    false: list[dict[str, Any]],
    related: list[dict[str, Any]],
    of_film: dict[str, list[dict[str, Any]]],
    result: dict[str, Any],
) -> list[dict[str, Any]]:
    """By score: how many findings are true, and what a bar at its lower end would let through and cost."""
    hours = sum(f["seconds"] for f in result["files"].values()) / 3600
    everything = [*matches, *related]
    wrong = {id(f) for f in everything if not any(touches(f, s) for s in of_film[f["film"]])}
    wrong |= {id(f) for f in false}
    wanted = [r for r in rows if r["group"] != "F"]
    table = []
    for low, high in pairwise(BINS):
        inside = [f for f in everything if low <= f["score"] < high]
        above = [f for f in matches if f["score"] >= low and id(f) in wrong]
        table.append(
            {
                "from": low,
                "findings": len(inside),
                "true": sum(id(f) not in wrong for f in inside),
                "false_an_hour_above": len(above) / max(1e-9, hours),
                "recall_above": sum(r["found"] and r["best"] >= low for r in wanted) / max(1, len(wanted)),
                "families": len({r["family"] for r in wanted if r["found"] and low <= r["best"] < high}),
            }
        )
    return table
