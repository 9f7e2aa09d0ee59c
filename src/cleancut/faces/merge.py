"""`cleancut merge` and `cleancut view`: vendors' dossiers in, and each vendor's own part out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cleancut.errors import SheetError
from cleancut.faces.import_ import YOUR_INPUT, plan_lines
from cleancut.faces.terminal import say
from cleancut.usecases.import_sheets import carry_out
from cleancut.usecases.merge_dossiers import plan_merge
from cleancut.usecases.vendor_view import view as run_view
from cleancut.wiring import Settings, app


@click.command()
@click.argument("vendors", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--into", "dossier", required=True, type=click.Path(path_type=Path), help="The production's dossier.")
@click.option("--prefix", is_flag=True, help="Put the vendor's name before each of its ids, so that none can clash.")
@click.option("--write", is_flag=True, help="Write the dossier; left out, only show what would be.")
def merge(vendors: tuple[Path, ...], dossier: Path, prefix: bool, write: bool) -> None:
    """Merge VENDORS, dossiers of the same title, into the production's. Each names its company as title.production.

    A vendor who sends its dossier again changes what is its own. Any other record of the same id is a clash: it is
    refused, and nothing is written. Exit code: 0 all can be merged, 2 something clashes or cannot be read.
    """
    ports = app(Settings.of_environment()).imports
    planned = plan_merge(ports, vendors, dossier, prefix=prefix)
    say(plan_lines(planned.plan))
    if planned.plan.refused and write:
        raise SheetError(f"{len(planned.plan.refused)} records clash, so nothing was written", "see above for each")
    if write:
        done = carry_out(ports, planned, without_refused=False)
        click.echo(f"wrote {dossier}" if done else f"{dossier} holds all of it already; nothing was written", err=True)
    else:
        click.echo("this is a preview, nothing was written; add --write to write it", err=True)
    sys.exit(YOUR_INPUT if planned.plan.refused else 0)


@click.command()
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option("--vendor", required=True, help="Whose uses; as they are named under `vendor`.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; must not be there.")
def view(dossier: Path, vendor: str, out: Path) -> None:
    """Write the part of DOSSIER that is one vendor's: its uses, and the records that they name.

    No other vendor's tools are in it, nor anything else that only others' uses name.
    """
    ports = app(Settings.of_environment()).imports
    data = run_view(ports, dossier, vendor)
    head = (
        f"What is declared for {vendor}, cut out of the production's dossier. The production's own is what counts.\n"
        "Free texts are as they were written: read them before you send this."
    )
    ports.dossiers.write(out, ports.dossiers.new(data, head), None)
    click.echo(f"wrote {out}: {len(data['uses'])} {'use' if len(data['uses']) == 1 else 'uses'}", err=True)
