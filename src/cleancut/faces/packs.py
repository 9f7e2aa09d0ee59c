"""`cleancut packs`: list, show and test rule packs."""

from __future__ import annotations

import sys

import click

from cleancut.rules.examples import failures
from cleancut.wiring import Settings, app


@click.group()
def packs() -> None:
    """Rule packs: the rules of buyers, guilds and laws, as data."""


@packs.command("list")
def list_() -> None:
    """The packs that ship."""
    source = app(Settings.of_environment()).packs
    for name in source.names():
        pack = source.load(name)
        click.echo(f"{name} {pack.name.version}  {pack.title}  ({len(pack.rules)} rules, {pack.name.digest[:19]})")


@packs.command()
@click.argument("name")
@click.option("--source", is_flag=True, help="Show what the pack was authored from.")
def show(name: str, source: bool) -> None:
    """The rules of pack NAME (or of a folder, ./NAME): each with its clause, outcome, evidence and way out."""
    files = app(Settings.of_environment()).packs
    pack = files.load(name)
    if source:
        click.echo(files.source(name))
        return
    click.echo(f"{pack.title}\npack {name} {pack.name.version}, {pack.name.digest}\nsource: {pack.source['address']}")
    for switch in pack.switches.values():
        click.echo(f"\nswitch {switch.name}: {switch.question}")
        for reading, words in switch.readings.items():
            click.echo(f"  {'>' if reading == switch.reading else ' '} {reading}: {words}")
    for rule in pack.rules:
        evidence = dict.fromkeys(kind for trigger in rule.triggers for kind in trigger.evidence)
        click.echo(f"\n{rule.id}  {rule.outcome}{'  (interpretation)' if rule.interpretation else ''}")
        click.echo(f"  {rule.clause.section}: {rule.clause.says}\n  {rule.clause.address}\n  why: {rule.why}")
        click.echo(f"  evidence: {', '.join(evidence) or 'none'}\n  way out: {rule.way_out}")


@packs.command()
@click.argument("names", nargs=-1)
def test(names: tuple[str, ...]) -> None:
    """Run the examples of packs (all that ship where left out). Exit code 2 where one fails."""
    files = app(Settings.of_environment()).packs
    failed = 0
    for name in names or files.names():
        pack = files.load(name)
        wrong = failures(pack, files.examples(name))
        failed += len(wrong)
        click.echo(f"{name}: " + (f"{len(wrong)} examples fail" if wrong else "all examples hold"))
        for line in wrong:
            click.echo(f"  {line}")
    sys.exit(2 if failed else 0)
