"""`cleancut init`: a commented starter dossier."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from cleancut.errors import OutputError, OutsideError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
def init(folder: Path) -> None:
    """Write a commented starter dossier, dossier.yaml, into FOLDER (here where left out). Never replaces one."""
    target = folder / "dossier.yaml"
    text = (resources.files("cleancut") / "faces" / "starter.yaml").read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "material").mkdir(exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError(f"{target}: is there already", "choose another folder") from None
    except OSError as error:
        raise OutsideError(f"{target}: cannot be written: {error.strerror}", "choose another folder") from error
    click.echo(f"wrote {target}: fill it in, put generated material into {folder / 'material'}, then run")
    click.echo(f"  cleancut check {target}")
