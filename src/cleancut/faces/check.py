"""`cleancut check`: the main job."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from cleancut.faces.json_target import refuse_unwritable, write_json
from cleancut.faces.options import Day, fast_option, progress_option
from cleancut.faces.progress import shown
from cleancut.faces.terminal import COLOURS, STATE_NAMES, say, verdict_lines
from cleancut.ports import RenderOptions
from cleancut.usecases.check import check as run_check
from cleancut.wiring import Settings, app, languages, speaking, today

EXIT_CODES = {"clear": 0, "ask": 1, "hold": 1, "incomplete": 4}


@click.command()
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option("--on", type=Day(), default=None, help="The day to judge on; today where left out.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("cleancut-out"), show_default=True, help="Folder to write."
)
@click.option(
    "--since",
    type=click.Path(path_type=Path),
    help="An earlier verdict.json, or its folder: say what is another since, also in the report and changes.json.",
)
@click.option(
    "--json",
    "target",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write verdict.json to FILE as well, or - for stdout; what people read goes to stderr then.",
)
@click.option("--no-frames", is_flag=True, help="Leave evidence frames, drawings and players out.")
@click.option("--no-prompts", is_flag=True, help="Leave prompts out of everything written.")
@click.option(
    "--language",
    type=click.Choice(languages()),
    help="Language of the report, cue sheet, notices and summary; else CLEANCUT_LANGUAGE, else en.",
)
@fast_option
@progress_option
def check(
    dossier: Path,
    on: date | None,
    out: Path,
    since: Path | None,
    target: Path | None,
    no_frames: bool,
    no_prompts: bool,
    language: str | None,
    fast: bool,
    progress: bool | None,
) -> None:
    """Decide every use of DOSSIER, scan its deliverable, and write the verdict, report, cue sheet, markers and notices.

    Exit code: 0 clear, 1 a person must act, 2 your input, 3 something outside failed, 4 not everything was examined.
    """
    refuse_unwritable(target)
    settings = Settings.of_environment()
    wired = app(settings)
    wired.warm()
    options = RenderOptions(frames=not no_frames, prompts=not no_prompts, language=language or settings.language)
    with shown(progress) as told:
        checked = run_check(wired.check, dossier, on or today(), out, options, told, since, fast=fast)
    verdict = checked.verdict
    if target:
        write_json((out / "verdict.json").read_bytes(), target)
    with speaking(options.language):
        word = STATE_NAMES[verdict.word].upper()
        click.secho("\n" + word, fg=COLOURS[verdict.word], bold=True, nl=False, err=bool(target))
        click.echo("  ", nl=False, err=bool(target))
        say(verdict_lines(verdict, out, checked.changes), err=bool(target))
    sys.exit(EXIT_CODES[verdict.word])
