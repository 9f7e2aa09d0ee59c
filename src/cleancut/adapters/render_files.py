"""Everything a check writes, by file name: verdict, report, cue sheet, markers, notices."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cleancut.adapters.cue_sheet_csv import cue_sheet
from cleancut.adapters.markers_edl import markers
from cleancut.adapters.notice_eml import notice
from cleancut.adapters.pictures_pyav import PyavPictures
from cleancut.adapters.report_frames import FramesWanted, frames_wanted
from cleancut.adapters.report_html import ReportPictures, report
from cleancut.model.verdict import Verdict
from cleancut.ports import RenderOptions


class FileRenderer:
    """Renders a verdict into the files of `cleancut check`."""

    def render(
        self, verdict: Verdict, master: Path | None, material: Path | None, options: RenderOptions
    ) -> dict[str, bytes]:
        """File name to content. The same verdict, pictures and options give the same bytes."""
        pictures = _pictures(frames_wanted(verdict), master, material) if options.frames else None
        files = {
            "verdict.json": _json(verdict, options),
            "report.html": report(verdict, pictures, show_prompts=options.prompts).encode(),
            "cue-sheet.csv": cue_sheet(verdict, show_prompts=options.prompts).encode(),
            "markers.edl": markers(verdict).encode(),
        }
        for name, standing in zip(_file_names(verdict), verdict.standings, strict=True):
            made = notice(verdict, standing, show_prompts=options.prompts)
            files[f"notices/{name}.eml"] = made.eml
            files[f"notices/{name}.txt"] = made.text.encode()
        return files


def _pictures(wanted: FramesWanted, master: Path | None, material: Path | None) -> ReportPictures:
    """Evidence frames from the files themselves; what does not decode is left out, and the report says so."""
    source = PyavPictures()
    of_master = source.of_video(master, wanted.of_master, wanted.width) if master else {}
    by_file: dict[str, list[int]] = {}
    for frame in wanted.material.values():
        if frame.frame is not None:
            by_file.setdefault(frame.material, []).append(frame.frame)
    clips = {name: source.of_video(material / name, sorted(set(f)), wanted.width) for name, f in by_file.items() if material}
    stills = {f.material for f in wanted.material.values() if f.frame is None}
    still = {name: source.of_still(material / name, wanted.width) for name in stills if material}
    found = {
        i: clips.get(f.material, {}).get(f.frame) if f.frame is not None else still.get(f.material)
        for i, f in wanted.material.items()
    }
    return ReportPictures(
        strip=tuple((frame, of_master[frame]) for frame in wanted.strip if frame in of_master),
        master={i: of_master[frame] for i, frame in wanted.master.items() if frame in of_master},
        material={i: picture for i, picture in found.items() if picture},
    )


def _json(verdict: Verdict, options: RenderOptions) -> bytes:
    record = verdict.record()
    if not options.prompts:
        record["uses"] = [{**use, "prompts": []} for use in record["uses"]]
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()


def _file_names(verdict: Verdict) -> list[str]:
    """A file name for each use: its id where that is safe, else a spelling of it that is; no two the same."""
    names: list[str] = []
    for standing in verdict.standings:
        plain = re.sub(r"[^\w.-]+", "-", standing.use.id).strip(".-")[:80] or "use"
        name, count = plain, 2
        while name.lower() in (used.lower() for used in names):
            name, count = f"{plain}-{count}", count + 1
        names.append(name)
    return names
