"""Where a command writes JSON for scripts: a file, as a whole, or `-`, standard output."""

from __future__ import annotations

from pathlib import Path

import click

from cleancut.errors import OutputError, OutsideError


def refuse_unwritable(target: Path | None) -> None:
    """Before any long work. Raises `OutputError` for what can be no file."""
    if target is None or str(target) == "-":
        return
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise OutputError(f"{target}: cannot be written", "give a file in a folder that is there")


def write_json(text: bytes, target: Path) -> None:
    """All of it or nothing. Raises `OutsideError`."""
    if str(target) == "-":
        click.echo(text, nl=False)
        return
    aside = target.with_name(f".{target.name}.part")
    try:
        aside.write_bytes(text)
        aside.replace(target)
    except OSError as error:
        raise OutsideError(
            f"{target}: cannot be written: {error.strerror}", "make room or choose another file"
        ) from error
    finally:
        aside.unlink(missing_ok=True)
