"""`cleancut import`: spreadsheets into a dossier."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from cleancut.faces.terminal import one_line, say
from cleancut.model.imports import Fate, Plan, SheetReport
from cleancut.usecases.import_sheets import carry_out, plan_import
from cleancut.wiring import Settings, app

YOUR_INPUT = 2


@click.command("import")
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--into", "dossier", required=True, type=click.Path(path_type=Path), help="The dossier to add to.")
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), help="A mapping file, for headers that are not known."
)
@click.option("--write", is_flag=True, help="Write the dossier; left out, only show what would be.")
@click.option(
    "--without-refused", is_flag=True, help="With --write: leave out refused rows, and sheets that are not understood."
)
@click.option("--json", "as_json", is_flag=True, help="Print what becomes of each row as JSON.")
def import_(
    sheets: tuple[Path, ...], dossier: Path, mapping: Path | None, write: bool, without_refused: bool, as_json: bool
) -> None:
    """Read registers from SHEETS, XLSX or CSV files, into a dossier: tools, uses, people, consents, clearances,
    approvals, material lists. Shows how each column is understood and what becomes of each row; nothing that is in the
    dossier is taken away, and its comments stay.

    Exit code: 0 every row can be taken, 2 rows are refused, or files or sheets cannot be read, 3 something outside
    failed.
    """
    ports = app(Settings.of_environment()).imports
    planned = plan_import(ports, sheets, dossier, mapping)
    if as_json:
        click.echo(json.dumps(planned.plan.record(), indent=1, ensure_ascii=False))
    else:
        say(plan_lines(planned.plan))
    if write:
        done = carry_out(ports, planned, without_refused=without_refused)
        as_it_is = "nothing of it was read" if not planned.plan.fates else "holds all of it already"
        click.echo(f"wrote {dossier}" if done else f"{dossier}: {as_it_is}; nothing was written", err=True)
    else:
        click.echo("this is a preview, nothing was written; add --write to write it", err=True)
    is_whole = not (planned.plan.refused or planned.plan.lost)
    sys.exit(0 if is_whole or (write and without_refused) else YOUR_INPUT)


def plan_lines(plan: Plan) -> Iterator[str]:
    """How each sheet was understood, what becomes of each row, and how many rows come to what."""
    for sheet in plan.sheets:
        yield from _sheet(sheet)
    for fate in plan.fates:
        yield from _fate(fate)
    counts = {
        word: sum(fate.word == word for fate in plan.fates)
        for word in ("added", "changed", "same", "refused", "left out")
    }
    yield ""
    yield "rows: " + (", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none")


def _sheet(sheet: SheetReport) -> Iterator[str]:
    where = f"{sheet.file}, sheet {sheet.sheet}"
    notes = f" ({'; '.join(sheet.notes)})" if sheet.notes else ""
    if sheet.reason:
        yield f"{where}{notes}: not read: {sheet.reason}"
        return
    yield f"{where}{notes}: the register of {sheet.register}, header in row {sheet.header_row}"
    for place, header, field in sheet.columns:
        yield f"  {place:>3} {header} -> {field}"
    for place, header in sheet.unread:
        yield f"  {place:>3} {header} -> not read"


def _fate(fate: Fate) -> Iterator[str]:
    yield f"{fate.place}: {fate.word:8} {fate.register} {fate.record}".rstrip()
    for change in fate.changes:
        yield f"    {change.field}: {f'{one_line(change.was)} -> ' if change.was else ''}{one_line(change.now)}"
    for problem in fate.problems:
        yield f"    {f'column {problem.column}: ' if problem.column else ''}{problem.message}"
        if problem.hint:
            yield f"      {problem.hint}"
