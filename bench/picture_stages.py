"""At which stage the engine loses what it does not find: nothing proposed, not verified, or judged away.

Runs the engine's own rooms one after the other on sketches that the cache holds, and asks of each segment how far it
came. Knows how `cleancut.match` is built, as nothing else of the bench does: when that changes, this must.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from picture_score import FOUND, touches

STAGES = ["found", "no proposal", "wrong place", "not verified", "ends", "judged", "contested"]
MEANS = {
    "no proposal": "neither a key frame in it nor some that follow have features that agree on a map from the material",
    "wrong place": "there are such key frames, and none of their maps leads near the truth",
    "not verified": "a map leads there, and correlation does not confirm it",
    "ends": "it was seen, and its span shares less than half with the truth",
    "judged": "it was seen, and held not to be a match",
    "contested": "it would be a match, and another material explains the same pixels, or another span of it does",
}
NEAR = 0.15  # of the frame: how far off the corners of a map may be that leads to the truth


def stages(folder: Path, made: Any, only: list[str] | None) -> None:
    """Write `stages.json`. `made` is a `CleancutRun` over the cache that a scan of the films has left."""
    from cleancut.match.engine import _hits, _target
    from cleancut.match.film import Film
    from cleancut.usecases.look import Looker

    made.register(folder)
    real, ports = made.registered, made.app.scan
    pairs = [(m, f) for m, f in zip(real.materials, real.fingerprints, strict=True) if f is not None]
    catalogue = ports.engine._catalogue(pairs, ())
    numbers = {name: n for n, (m, _) in enumerate(pairs) for name in (m.name, *m.also)}
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found = json.loads((folder / "found-cleancut.json").read_text(encoding="utf-8"))
    of_film: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for segment in truth["segments"]:
        if segment["film"] in found["files"] and (not only or segment["film"] in only):
            of_film[segment["film"]].append(segment)
    rows = []
    for name, segments in of_film.items():
        path = folder / name
        seen, parts = Looker(ports.clips, ports.cache, ports.engine).look(path, ports.files.digest(path), _Quiet())
        hits = _hits(parts, catalogue, _Quiet())
        film = Film(parts, seen.info.rate)
        for segment in segments:
            number = numbers.get(segment["material"])
            mine = [f for f in found["findings"] if f["class"] == "match" and touches(f, segment)]
            row = {k: segment[k] for k in ("film", "first_frame", "end_frame", "family", "strength", "material")}
            if number is None:
                rows.append({**row, "stage": "no proposal", "why": "not registered"})
                continue
            target = _target(*pairs[number])
            own = [h for h in hits if h.material == number]
            stage, why = _stage(film, target, own, segment, mine)
            rows.append({**row, "stage": stage, "why": why})
        print(f"  stages {name}: {dict(Counter(r['stage'] for r in rows if r['film'] == name))}", flush=True)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        table[row["family"]][row["stage"]] += 1
    lost = [r for r in rows if r["stage"] != "found"]
    out = {
        "families": {name: dict(counts) for name, counts in table.items()},
        "reasons": dict(Counter(w for r in lost if r["stage"] == "judged" for w in r["why"].split(", "))),
        "lost": lost,
    }
    (folder / "stages.json").write_text(json.dumps(out, indent=1), encoding="utf-8")


class _Quiet:
    def stage(self, name: str, total: int | None = None) -> None: ...

    def advance(self, count: int = 1) -> None: ...


def _stage(
    film: Any, target: Any, hits: list[Any], segment: dict[str, Any], matches: list[dict[str, Any]]
) -> tuple[str, str]:
    """How far a segment came, and what is known of why."""
    from cleancut.match.judge import doubts
    from cleancut.match.verify import appearances

    first, end = segment["first_frame"], segment["end_frame"]
    if _iou(matches, first, end) >= FOUND:
        return "found", ""
    inside = [h for h in hits if first <= h.frame < end]
    if not inside:
        return "no proposal", ""
    best = max(inside, key=lambda h: h.inliers)
    said = f"{len(inside)} key frames, {best.inliers} inliers at most"
    if min(_off(film, target, h, segment) for h in inside) > NEAR:
        return "wrong place", said
    seen = [a for a in appearances(film, target, hits) if a.first < end and first < a.end]
    if not seen:
        return "not verified", said
    shares = [_iou([{"first_frame": a.first, "end_frame": a.end}], first, end) for a in seen]
    if max(shares) < FOUND:
        widest = seen[int(np.argmax(shares))]
        return "ends", f"[{widest.first},{widest.end}) for [{first},{end})"
    chosen = [a for a, share in zip(seen, shares, strict=True) if share >= FOUND]
    reasons = min((doubts(a, film.rate) for a in chosen), key=len)
    return ("judged", ", ".join(reasons)) if reasons else ("contested", "")


def _off(film: Any, target: Any, hit: Any, segment: dict[str, Any]) -> float:
    """How far the corners of a hit's map are from the truth, cut to the frame as the truth is."""
    from cleancut.match.geometry import corners

    told = segment["corners"]
    true = np.array(told[0] if len(told) == 1 else told[min(hit.frame - segment["first_frame"], len(told) - 1)])
    points = corners(hit.affine, target.aspect) / np.array([1.0, film.aspect])
    points = np.clip(points, true.min(axis=0), true.max(axis=0)) if len(told) == 1 else np.clip(points, 0, 1)
    centre = np.abs(points.mean(axis=0) - true.mean(axis=0)).max()
    return float(centre)


def _iou(spans: list[dict[str, Any]], first: int, end: int) -> float:
    if not spans:
        return 0.0
    low, high = min(s["first_frame"] for s in spans), max(s["end_frame"] for s in spans)
    return (min(high, end) - max(low, first)) / (max(high, end) - min(low, first))
