"""`cleancut export`: the registers of a dossier for spreadsheet programs."""

from __future__ import annotations

from pathlib import Path

import click

from cleancut.usecases.export_sheets import export as run_export
from cleancut.wiring import Settings, app


@click.command()
@click.argument("dossier", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def export(dossier: Path, target: Path) -> None:
    """Write the registers of DOSSIER to TARGET: a workbook where it ends with .xlsx, else a folder of CSV files.

    `cleancut import` reads them back without loss. Never replaces anything.
    """
    wired = app(Settings.of_environment())
    tables = run_export(wired.documents, wired.packs, wired.tables, dossier, target)
    for table in tables:
        click.echo(f"{table.name}: {len(table.rows)} {'row' if len(table.rows) == 1 else 'rows'}")
    click.echo(f"wrote {target}", err=True)
