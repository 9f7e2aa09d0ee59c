"""`cleancut scan`: is anything from here in there, and where."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from cleancut.faces.json_target import refuse_unwritable, write_json
from cleancut.faces.options import FrameRate, fast_option, progress_option
from cleancut.faces.progress import shown
from cleancut.faces.terminal import say, scan_lines
from cleancut.model.findings import Scan
from cleancut.model.timing import Rate
from cleancut.usecases.register import register
from cleancut.usecases.scan import picture_rate
from cleancut.usecases.scan import scan as run_scan
from cleancut.usecases.sequences import Declared
from cleancut.wiring import Settings, app

NOT_EXAMINED = 4


@click.command()
@click.argument("master", type=click.Path(path_type=Path))
@click.option("--for", "folder", type=click.Path(path_type=Path), required=True, help="Folder of generated material.")
@click.option(
    "--sound",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A sound file delivered beside the master, such as a mix or a stem; may be given again.",
)
@click.option("--rate", type=FrameRate(), help="Frames per second of a master without pictures; 24/1 where left out.")
@click.option(
    "--programme",
    nargs=2,
    metavar="IN OUT",
    help="Timecodes of the programme's first frame and of the first after it. Left out, bars, slate, black and a"
    " textless tail are known by their look. All of the master is scanned either way.",
)
@click.option(
    "--sequence",
    "sequences",
    multiple=True,
    help="Numbered stills that are one shot, such as 'shot*.png'; may be given again. Eight or more with a separator"
    " and no gap are found without. They run at the rate of the master.",
)
@click.option(
    "--json",
    "target",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write findings as JSON to FILE, or - for stdout.",
)
@fast_option
@progress_option
def scan(
    master: Path,
    folder: Path,
    sound: tuple[Path, ...],
    rate: Rate | None,
    programme: tuple[str, str] | None,
    sequences: tuple[str, ...],
    target: Path | None,
    fast: bool,
    progress: bool | None,
) -> None:
    """Look and listen in MASTER, a film or a sound file, for every still, clip and sound of a folder.

    Sound files beside it begin with its first frame, or where their timecode says, if both have one.

    Exit code: 0 when all was examined, found or not; 2 your input; 3 something outside failed; 4 not all was examined.
    """
    refuse_unwritable(target)
    wired = app(Settings.of_environment())
    wired.warm()
    with shown(progress) as told:
        registered = register(
            wired.register,
            folder,
            exclude=(master, *sound),
            sequences=[Declared(pattern) for pattern in sequences],
            rate=picture_rate(wired.scan, master) or rate,
            progress=told,
        )
        found = run_scan(wired.scan, master, registered, told, sound=sound, rate=rate, programme=programme, fast=fast)
    _write(found, target)
    sys.exit(0 if found.coverage.is_complete else NOT_EXAMINED)


def _write(found: Scan, target: Path | None) -> None:
    if target is not None:
        text = json.dumps(found.record(), indent=1, ensure_ascii=False) + "\n"
        write_json(text.encode("utf-8", "backslashreplace"), target)  # a name that is no UTF-8 becomes an escape
    if target is None or str(target) != "-":
        say(scan_lines(found), err=target is not None)
