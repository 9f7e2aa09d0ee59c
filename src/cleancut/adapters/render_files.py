"""Everything a check writes, by file name: verdict, report, cue sheet, markers, notices."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleancut.adapters.cue_sheet_csv import cue_sheet_csv
from cleancut.adapters.cue_sheet_xlsx import cue_sheet_xlsx
from cleancut.adapters.drawings_numpy import Drawing, drawings
from cleancut.adapters.languages import speaking
from cleancut.adapters.markers_avid import markers_avid
from cleancut.adapters.markers_csv import markers_csv
from cleancut.adapters.markers_edl import markers_edl
from cleancut.adapters.markers_fcp7 import markers_fcp7
from cleancut.adapters.markers_fcpxml import markers_fcpxml
from cleancut.adapters.markers_otio import markers_otio
from cleancut.adapters.notice_eml import notice
from cleancut.adapters.pictures_pyav import PyavPictures
from cleancut.adapters.players_html import players
from cleancut.adapters.report_frames import FramesWanted, frames_wanted
from cleancut.adapters.report_html import Drawings, ReportPictures, report
from cleancut.adapters.report_sounds import MASTER_ITSELF, SoundsWanted, sounds_wanted
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.model.material import file_and_page
from cleancut.model.verdict import Verdict
from cleancut.ports import Pictures, RenderOptions, Sounds

# File name to what writes it.
CUE_SHEETS: dict[str, Callable[..., bytes]] = {"cue-sheet.csv": cue_sheet_csv, "cue-sheet.xlsx": cue_sheet_xlsx}

# Ending of the file to what writes it; each module says which editor reads it.
MARKERS: dict[str, Callable[[Verdict], str]] = {
    "csv": markers_csv,
    "edl": markers_edl,
    "fcpxml": markers_fcpxml,
    "otio": markers_otio,
    "txt": markers_avid,
    "xml": markers_fcp7,
}


class FileRenderer:
    """Renders a verdict into the files of `cleancut check`, with evidence that the readers take from the media."""

    def __init__(self, pictures: Pictures | None = None, sounds: Sounds | None = None) -> None:
        self._readers = _Evidence(pictures or PyavPictures(), sounds or PyAVSounds())

    def render(
        self, verdict: Verdict, master: Path | None, material: Path | None, options: RenderOptions
    ) -> dict[str, bytes]:
        """File name to content. The same verdict, pictures and options give the same bytes."""
        pictures = _pictures(self._readers, verdict, master, material, options) if options.frames else None
        files = {
            "verdict.json": _json(verdict, options),
            **{f"markers.{ending}": write(verdict).encode() for ending, write in MARKERS.items()},
        }
        if options.changes:
            files["changes.json"] = _encoded(options.changes.record())
        with speaking(options.language):
            return {**files, **_for_people(verdict, pictures, options)}


def _for_people(verdict: Verdict, pictures: ReportPictures | None, options: RenderOptions) -> dict[str, bytes]:
    """The files that are in the language spoken."""
    files = {
        "report.html": report(verdict, pictures, show_prompts=options.prompts, changes=options.changes).encode(),
        **{name: write(verdict, show_prompts=options.prompts) for name, write in CUE_SHEETS.items()},
    }
    for name, standing in zip(_file_names(verdict), verdict.standings, strict=True):
        made = notice(verdict, standing, show_prompts=options.prompts)
        files[f"notices/{name}.eml"] = made.eml
        files[f"notices/{name}.txt"] = made.text.encode()
    return files


@dataclass(frozen=True)
class _Evidence:
    pictures: Pictures
    sounds: Sounds


def _pictures(
    readers: _Evidence, verdict: Verdict, master: Path | None, material: Path | None, options: RenderOptions
) -> ReportPictures:
    """Evidence from the files themselves; what does not decode is left out, and the report says so."""
    source, wanted, heard = readers.pictures, frames_wanted(verdict), sounds_wanted(verdict)
    of_master = source.of_video(master, wanted.of_master, wanted.width) if master else {}
    sequences = {item.name: item.files for item in verdict.materials if item.files}
    found = _of_material(wanted, material, source, sequences) if material else {}
    delivered = dict(enumerate((master, *options.sound), MASTER_ITSELF)) if master else {}
    return ReportPictures(
        strip=tuple((frame, of_master[frame]) for frame in wanted.strip if frame in of_master),
        master={i: of_master[frame] for i, frame in wanted.master.items() if frame in of_master},
        material=found,
        sounds=_drawn(readers.sounds, heard, delivered, material) if material else {},
        players=players(heard, delivered, material, options.beside) if material and options.beside else {},
    )


def _drawn(sounds: Sounds, wanted: SoundsWanted, delivered: Mapping[int, Path], folder: Path) -> dict[int, Drawings]:
    """The sound of each finding drawn; every file is decoded once."""
    pairs = {i: wanted.pairs[i] for i in wanted.drawn}
    of_master: dict[int, Drawing] = {}
    for file, path in delivered.items():
        stretches = {i: pair.master for i, pair in pairs.items() if pair.file == file}
        of_master |= drawings(sounds, path, stretches, wanted.size)
    of_material: dict[int, Drawing] = {}
    for name in dict.fromkeys(pair.material_name for pair in pairs.values()):
        stretches = {i: pair.material for i, pair in pairs.items() if pair.material_name == name}
        of_material |= drawings(sounds, folder / name, stretches, wanted.size)
    return {i: Drawings(of_master.get(i), of_material.get(i)) for i in pairs}


def _of_material(
    wanted: FramesWanted, folder: Path, source: Pictures, sequences: Mapping[str, tuple[str, ...]]
) -> dict[int, bytes]:
    """A picture of the material for each finding; every clip is opened once. A frame of a sequence is a still."""
    by_clip: dict[str, set[int]] = {}
    stills: dict[tuple[str, int | None], bytes | None] = {}
    for name, frame in dict.fromkeys((frame.material, frame.frame) for frame in wanted.material.values()):
        if frame is None:
            stills[name, frame] = _of_still(source, folder, name, wanted.width)
        elif name in sequences:
            file = sequences[name][min(frame, len(sequences[name]) - 1)]
            stills[name, frame] = _of_still(source, folder, file, wanted.width)
        else:
            by_clip.setdefault(name, set()).add(frame)
    clips = {name: source.of_video(folder / name, sorted(frames), wanted.width) for name, frames in by_clip.items()}
    found = {
        i: clips[frame.material].get(frame.frame)
        if frame.material in clips and frame.frame is not None
        else stills[frame.material, frame.frame]
        for i, frame in wanted.material.items()
    }
    return {i: picture for i, picture in found.items() if picture}


def _of_still(source: Pictures, folder: Path, name: str, width: int) -> bytes | None:
    file, page = file_and_page(name)
    return source.of_still(folder / file, width, page)


def _json(verdict: Verdict, options: RenderOptions) -> bytes:
    record = verdict.record()
    if not options.prompts:
        record["uses"] = [{**use, "prompts": []} for use in record["uses"]]
        record["master_marks"] = [_unprompted(mark) for mark in record["master_marks"]]
        record["materials"] = [
            {**item, "mark": _unprompted(item["mark"]), "marks": [_unprompted(mark) for mark in item["marks"]]}
            for item in record["materials"]
        ]
    return _encoded(record)


def _encoded(record: Mapping[str, Any]) -> bytes:
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # a file name that is no UTF-8 becomes an escape that JSON knows


def _unprompted(mark: dict[str, Any] | None) -> dict[str, Any] | None:
    return {**mark, "told": {**mark["told"], "prompts": [], "negative_prompts": []}} if mark else None


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
