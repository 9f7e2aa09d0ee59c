"""The command line. Exit codes: check 0 clear, 1 a person must act, 2 your input, 3 something outside failed, 4 not
everything was examined; decide 0 whenever it prints a decision; scan 0 when all was examined."""

from __future__ import annotations

import os
import sys

import click

from cleancut import __version__
from cleancut.errors import CleancutError
from cleancut.faces.cache import cache
from cleancut.faces.check import check
from cleancut.faces.decide import decide
from cleancut.faces.export import export
from cleancut.faces.import_ import import_
from cleancut.faces.init import init
from cleancut.faces.merge import merge, view
from cleancut.faces.packs import packs
from cleancut.faces.scan import scan

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cleancut")
def cleancut() -> None:
    """Generative-AI clearance for film and series: what was declared, what is in the master, what must happen next."""


for command in (cache, check, decide, export, import_, init, merge, packs, scan, view):
    cleancut.add_command(command)


def main() -> None:
    """Run one command. Every error leaves as a message, a hint and a code; never half an output that looks whole."""
    try:
        cleancut.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CleancutError as error:
        _explain(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted: nothing was written; run it again and it goes on from what is done", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        click.echo(
            f"error: {reason.lower()}\nhint: nothing was written; make room, or check the rights, and try again",
            err=True,
        )
        sys.exit(3)


def _explain(error: CleancutError) -> None:
    click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo(f"hint: {error.hint}", err=True)
