"""`cleancut cache`: what is kept between runs, and how to be rid of it."""

from __future__ import annotations

import click

from cleancut.wiring import Settings, app

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@click.group()
def cache() -> None:
    """What is kept between runs: fingerprints and pictures small enough to recognise, private to the user.

    CLEANCUT_CACHE names the folder. CLEANCUT_CACHE_SIZE, such as 20G, is its cap: past it, what was used longest ago is
    removed, but nothing that a run still needs.
    """


@cache.command()
def show() -> None:
    """Where the cache is, what it holds, and which processes use it."""
    state = app(Settings.of_environment()).cache.state()
    click.echo(f"{state.folder}\n{state.entries} entries, {_size(state.size_bytes)} of {_size(state.cap_bytes)}")
    if state.runs:
        click.echo(f"in use by process {', '.join(map(str, state.runs))}")


@cache.command()
def purge() -> None:
    """Remove everything the cache holds. Refused while a run uses it; nothing else in the folder is touched."""
    was = app(Settings.of_environment()).cache.purge()
    click.echo(f"removed {was.entries} entries, {_size(was.size_bytes)}, from {was.folder}")


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size_bytes} bytes"
