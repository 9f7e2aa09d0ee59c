"""What is found in a film where it is delivered another way: as HDR, in fields, as a mezzanine, or for cinemas.

The beginning of the first film of a set, made again by ffmpeg in each of these ways, and scanned with the whole
register. The segments are the same, so that each row is to be compared with the first.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from picture_score import score

SECONDS = 120
_HEVC = "-c:v libx265 -preset fast -crf 20 -pix_fmt yuv420p10le -x265-params log-level=none"
_MPEG_2 = "-c:v mpeg2video -b:v 12M -maxrate 20M -bufsize 4M"
_FIELDS = f"{_MPEG_2} -flags +ilme+ildct -top 1"
_LIGHT = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,zscale=t=linear:npl=203"
_HDR = f"{_LIGHT},format=gbrpf32le,zscale=p=2020,zscale=t={{}}:m=2020_ncl:r=tv:npl=203,format=yuv420p10le"
_UNTOLD = "setparams=color_primaries=unknown:color_trc=unknown:colorspace=unknown"
_PULLDOWN = "scale=720:480,telecine=first_field=top:pattern=23,setfield=tff,fps=30000/1001"
_MIXED = "scale=720:576,framerate=50,interlace=scan=tff:lowpass=off,setfield=tff"


@dataclass(frozen=True)
class Kind:
    """A kind of master, by ffmpeg's words for it. `frames` of it last as long as one of the film."""

    name: str
    suffix: str
    filters: str
    coded: str
    frames: Fraction = Fraction(1)


KINDS = [
    Kind("as it is", "mp4", "", "-c:v copy"),
    Kind("HDR10 (PQ), HEVC", "mp4", _HDR.format("smpte2084"), _HEVC),
    Kind("the same, without a word of it", "mp4", f"{_HDR.format('smpte2084')},{_UNTOLD}", _HEVC),
    Kind("HLG, HEVC", "mp4", _HDR.format("arib-std-b67"), _HEVC),
    Kind("29.97i with 2:3 pulldown, MPEG-2", "mxf", _PULLDOWN, f"{_FIELDS} -r 30000/1001", Fraction(5000, 4004)),
    Kind("25i, converted by mixing frames, MPEG-2", "mxf", _MIXED, f"{_FIELDS} -r 25", Fraction(25, 24)),
    Kind("25p, 4 % faster, anamorphic, MPEG-2", "mxf", "setpts=N/25/TB,scale=720:576", f"{_MPEG_2} -r 25 -aspect 16:9"),
    Kind("DNxHR SQ", "mxf", "scale=960:540,format=yuv422p", "-c:v dnxhd -profile:v dnxhr_sq"),
    Kind("ProRes 4444 with alpha", "mov", "", "-c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le"),
    Kind("JPEG 2000, 10 bits", "mxf", "scale=640:360,format=yuv422p10le", "-c:v libopenjpeg"),
    Kind("JPEG 2000, X'Y'Z', 12 bits", "mxf", "scale=640:360,format=xyz12le", "-c:v libopenjpeg"),
]


def masters(folder: Path) -> None:
    """Write `masters.json`. Makes what is not there."""
    from picture import CleancutRun, scanned_files

    film = next(p for p in scanned_files(folder) if p.name.startswith("master"))
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    made = CleancutRun(folder / "cache")
    registered = made.register(folder)
    rows = []
    for kind in KINDS:
        path = _made(folder / "masters", film, kind)
        findings = [{"film": path.name, **f} for f in made.find(path)]
        files = {path.name: {"seconds": SECONDS}}
        scored = score({"findings": findings, "files": files, "register": registered}, _as(kind, truth, film, path))
        row = {"kind": kind.name, "all": scored["all"], "false": scored["false"]}
        print(f"  {kind.name}: {row['all']['found']} of {row['all']['n']}, {len(row['false'])} false", flush=True)
        rows.append(row)
    told = {"film": film.name, "seconds": SECONDS, "rows": rows}
    (folder / "masters.json").write_text(json.dumps(told), encoding="utf-8")


def _made(place: Path, film: Path, kind: Kind) -> Path:
    place.mkdir(exist_ok=True)
    path = place / f"{KINDS.index(kind)}.{kind.suffix}"
    if not path.exists():
        part = path.with_stem(f"{path.stem}.part")
        filters = ["-vf", kind.filters] if kind.filters else []
        coded = [*kind.coded.split(), "-an", str(part)]
        command = ["ffmpeg", "-v", "error", "-y", "-t", str(SECONDS), "-i", str(film), *filters, *coded]
        subprocess.run(command, check=True)
        part.rename(path)
    return path


def _as(kind: Kind, truth: dict[str, Any], film: Path, path: Path) -> dict[str, Any]:
    """The truth of what the film's beginning shows whole, in frames of this kind."""
    end = SECONDS * Fraction(truth["rate"])
    shown = [s for s in truth["segments"] if s["film"] == film.name and s["end_frame"] <= end]
    ends = "first_frame", "end_frame"
    segments = [{**s, "film": path.name, **{key: round(s[key] * kind.frames) for key in ends}} for s in shown]
    return {**truth, "segments": segments, "near": []}
