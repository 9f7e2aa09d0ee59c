"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from cleancut.model.timing import Rate


class Day(click.ParamType[date]):
    """A calendar day written as 2026-03-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-03-31", param, ctx)


class FrameRate(click.ParamType[Rate]):
    """Frames a second as an exact fraction, such as 24000/1001."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Rate:
        if isinstance(value, Rate):
            return value
        try:
            return Rate.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


fast_option = click.option(
    "--fast",
    is_flag=True,
    help="Of the picture, look at key frames, and closely only where these show something. The rest is not examined,"
    " so nothing can be clear; sound is heard as always.",
)

progress_option = click.option(
    "--progress/--no-progress", default=None, help="Show progress on stderr; left out, only in a terminal."
)
