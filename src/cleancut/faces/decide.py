"""`cleancut decide`: facts in, decision out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from cleancut.faces.options import Day
from cleancut.faces.terminal import decision_lines, say
from cleancut.usecases.dossier import read_facts
from cleancut.usecases.judge import decide as run_decide
from cleancut.wiring import Settings, app


@click.command()
@click.argument("facts", type=click.Path(path_type=Path))
@click.option(
    "--pack", default="", help="Rule pack; left out, the `buyer` fact's, else netflix. A folder is given as ./NAME."
)
@click.option("--on", type=Day(), default=None, help="Accepted for scripts; facts already say what holds on the day.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
def decide(facts: Path, pack: str, on: date | None, as_json: bool) -> None:
    """Decide one use from FACTS, a YAML mapping of fact to answer. Exit code 0 whenever a decision is printed."""
    wired = app(Settings.of_environment())
    decision = run_decide(wired.packs, read_facts(wired.documents, wired.packs.catalogue, facts), pack)
    if as_json:
        click.echo(json.dumps(decision.record(), indent=2, ensure_ascii=False))
    else:
        say(decision_lines(decision))
