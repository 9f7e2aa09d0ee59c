"""From what a system found to what it is worth; the words are explained in `sound.py`."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from typing import Any

from measures import found_of

FOUND = 0.5  # intersection over union


def touches(finding: dict[str, Any], segment: dict[str, Any]) -> bool:
    return (
        finding["master"] == segment["master"]
        and (finding["material"] == segment["material"] or segment["material"] in finding["also"])
        and finding["first_seconds"] < segment["end_seconds"]
        and segment["first_seconds"] < finding["end_seconds"]
    )


def score(result: dict[str, Any], truth: dict[str, Any]) -> dict[str, Any]:
    """Everything the tables show, for one system."""
    segments = [s for s in truth["segments"] if s["master"] in result["files"]]
    of_master: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for s in segments:
        of_master[s["master"]].append(s)
    matches = [f for f in result["findings"] if f["class"] == "match"]
    false = [f for f in matches if not any(touches(f, s) for s in of_master[f["master"]])]
    highest = sorted((f["score"] for f in false), reverse=True)
    hours = sum(f["seconds"] for f in result["files"].values()) / 3600
    ceilings = {
        "at_zero": highest[0] if highest else -1.0,
        "at_one": [*highest, -1.0, -1.0][min(len(highest), int(hours))],
    }
    rows = [judged(s, matches, ceilings) for s in segments]
    related = [f for f in result["findings"] if f["class"] != "match"]
    return {
        "families": {
            name: summed([r for r in rows if r["family"] == name])
            for name in dict.fromkeys(f"{s['family']}" for s in sorted(segments, key=lambda s: s["group"]))
        },
        "groups": {g: summed([r for r in rows if r["group"] == g]) for g in sorted({r["group"] for r in rows})},
        "all": summed(rows),
        "kinds": {
            k: summed([r for r in rows if r["kind"] == k and r["group"] != "E"])
            for k in sorted({r["kind"] for r in rows})
        },
        "group_of": {s["family"]: s["group"] for s in segments},
        "alarms": alarms(false, related, result, truth),
        "ceilings": ceilings,
        "false": sorted(false, key=lambda f: -f["score"])[:200],
        "missed": [
            {k: r[k] for k in ("master", "family", "strength", "material", "kind", "first_seconds", "iou")}
            for r in rows
            if not r["found"]
        ],
    }


def judged(segment: dict[str, Any], matches: list[dict[str, Any]], ceilings: dict[str, float]) -> dict[str, Any]:
    """The segment with whether it is found: by all matches, and by those above each ceiling."""
    mine = [f for f in matches if touches(f, segment)]
    row = {**segment, "found": False, "iou": 0.0, **dict.fromkeys(ceilings, False)}
    for key, ceiling in ceilings.items():
        row[key] = _share(segment, [f for f in mine if f["score"] > ceiling]) >= FOUND
    if mine:
        share, best = _share(segment, mine), max(mine, key=lambda f: f["score"])
        starts = min(f["first_seconds"] for f in mine) - segment["first_seconds"]
        ends = max(f["end_seconds"] for f in mine) - segment["end_seconds"]
        row.update(found=share >= FOUND, iou=round(share, 3), starts=starts, ends=ends)
        row.update(starts_heard=_beyond(starts, segment["start_rim"]), ends_heard=_beyond(ends, segment["end_rim"]))
        if "speed" in best:
            row["speed_off"] = abs(best["speed"] / segment["speed"] - 1)
            row["pitch_off"] = abs(best["pitch"] - segment["pitch"])
    return row


def _beyond(off: float, rim: list[float]) -> float:
    """How far an end is off that lies anywhere in a silence, from `rim[0]` to `rim[1]`, around the true one."""
    return max(0.0, rim[0] - off, off - rim[1])


def _share(segment: dict[str, Any], findings: list[dict[str, Any]]) -> float:
    """Of the segment and the hull of the findings: what both cover, in what either does."""
    if not findings:
        return 0.0
    first, end = min(f["first_seconds"] for f in findings), max(f["end_seconds"] for f in findings)
    shared = min(end, segment["end_seconds"]) - max(first, segment["first_seconds"])
    return shared / (max(end, segment["end_seconds"]) - min(first, segment["first_seconds"]))


def summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found = [r for r in rows if r["found"]]
    ends = sorted(abs(r[k]) for r in found for k in ("starts", "ends"))
    heard = [r[k] for r in found for k in ("starts_heard", "ends_heard")]
    out: dict[str, Any] = {**found_of(rows), "recall_at_one": sum(r["at_one"] for r in rows) / max(1, len(rows))}
    if ends:
        out["ends"] = {
            "median": statistics.median(ends),
            "p90": ends[int(0.9 * (len(ends) - 1))],
            "within_100_ms": sum(e <= 0.1 for e in ends) / len(ends),
            "heard_within_100_ms": sum(e <= 0.1 for e in heard) / len(heard),
        }
    for key in ("speed_off", "pitch_off"):
        values = sorted(r[key] for r in found if key in r)
        if values:
            out[key] = {"median": statistics.median(values), "p90": values[int(0.9 * (len(values) - 1))]}
    return out


def alarms(
    false: list[dict[str, Any]], related: list[dict[str, Any]], result: dict[str, Any], truth: dict[str, Any]
) -> dict[str, Any]:
    """How many false matches and related findings there are, where, and per hour."""
    out: dict[str, Any] = {}
    for place in ("master", "negative"):
        hours = sum(f["seconds"] for name, f in result["files"].items() if name.startswith(place)) / 3600
        wrong = [f for f in false if f["master"].startswith(place)]
        near = [f for f in related if f["master"].startswith(place)]
        out[place] = {
            "hours": hours,
            "match": len(wrong),
            "related": len(near),
            "match_per_hour": len(wrong) / max(hours, 1e-9),
            "related_per_hour": len(near) / max(hours, 1e-9),
        }
    asked: Counter[str] = Counter()
    for d in truth["distractors"]:
        if d["master"] not in result["files"]:
            continue
        asked[d["how"]] += 1
        for kind, findings in (("match", false), ("related", related)):
            asked[f"{d['how']}, {kind}"] += any(
                f["master"] == d["master"]
                and f["material"] == d["like"]
                and f["first_seconds"] < d["end_seconds"]
                and d["first_seconds"] < f["end_seconds"]
                for f in findings
            )
    out["distractors"] = dict(asked)
    return out
