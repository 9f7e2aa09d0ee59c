"""The report: one HTML file that asks nothing of any network, for people who would rather look than read.

Promises: everything from outside is escaped; the file loads nothing by itself (its own policy forbids it: pictures are
data, the one style and the one script are named by digest); a sound is read when a person plays it, from a file beside
the report, and a report without players may read none; it reads without scripts, in print, by keyboard and without
colour. The script opens folded parts before printing, for browsers whose style sheet cannot, says so where a sound
cannot be played, and shows fewer findings and uses where somebody asks for that. Same input, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cleancut.adapters import drawings_numpy, languages, report_frames, report_strip, words_marks
from cleancut.adapters import words_english as words
from cleancut.adapters.drawings_numpy import Drawing
from cleancut.adapters.languages import worded
from cleancut.adapters.players_html import Player, PlayerPair
from cleancut.adapters.report_frames import FramesWanted, MaterialFrame
from cleancut.adapters.report_view import report_view
from cleancut.model.changes import Changes
from cleancut.model.evidence import EVIDENCE
from cleancut.model.printable import printable
from cleancut.model.verdict import Verdict

__all__ = ["FramesWanted", "MaterialFrame", "ReportPictures", "frames_wanted", "report"]

frames_wanted = report_frames.frames_wanted


@dataclass(frozen=True)
class Drawings:
    """The sound of one finding drawn; None where it could not be."""

    master: Drawing | None = None
    material: Drawing | None = None


@dataclass(frozen=True)
class ReportPictures:
    """What a report shows and plays, by the finding's place in the scan: `master` and `material` are JPEGs of pictures,
    `sounds` drawings, `players` the files to listen to. `strip` holds JPEGs as (frame, picture)."""

    strip: tuple[tuple[int, bytes], ...] = ()
    master: Mapping[int, bytes] = field(default_factory=dict)
    material: Mapping[int, bytes] = field(default_factory=dict)
    sounds: Mapping[int, Drawings] = field(default_factory=dict)
    players: Mapping[int, PlayerPair] = field(default_factory=dict)


def report(
    verdict: Verdict, pictures: ReportPictures | None, *, show_prompts: bool, changes: Changes | None = None
) -> str:
    """The report as HTML text. `pictures` None: a report without frames, which says so in each place. `changes` since
    an earlier check, where one was named, have a part of their own."""
    given = pictures or ReportPictures()
    css, script = _in_words(_source("report.css")), _source("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report_view(verdict, show_prompts=show_prompts),
            verdict=verdict,
            changes=changes,
            has_pictures=pictures is not None,
            strip_pictures={frame: _data(picture) for frame, picture in given.strip},
            master_pictures={index: _data(picture) for index, picture in given.master.items()},
            material_pictures={index: _data(picture) for index, picture in given.material.items()},
            sound_drawings=given.sounds,
            sound_players=given.players,
            no_drawings=Drawings(),
            no_players=PlayerPair(Player(), Player()),
            show_prompts=show_prompts,
            language=languages.code(),
            packs=tuple(dict.fromkeys(d.pack for standing in verdict.standings for d in standing.decisions)),
            evidence_titles={kind: spec.title.lower() for kind, spec in EVIDENCE.items()},
            css=Markup(css),  # noqa: S704 - our own file, and what its digest is taken of
            script=Markup(script),  # noqa: S704
            policy=policy(css, script, plays=bool(given.players)),
        )
    )


def _in_words(css: str) -> str:
    """The style with the foot of printed pages in words: page boxes cannot take them from the page."""
    return css.replace('"CONFIDENTIAL"', json.dumps(worded("Confidential · Cleancut"), ensure_ascii=False))


def policy(css: str, script: str, *, plays: bool) -> str:
    """The Content-Security-Policy of a report: nothing but its own style, script and data pictures, and where it
    `plays` sound, media of the place it lies in: browsers differ in whether a file's own place is `'self'`."""
    media = "media-src 'self' file:; " if plays else ""
    return (
        f"default-src 'none'; style-src '{_source_digest(css)}'; script-src '{_source_digest(script)}'; "
        f"img-src data:; {media}base-uri 'none'; form-action 'none'"
    )


def _source_digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(picture: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


@cache
def _environment() -> Environment:
    """Templates escape by default, refuse names that are not there, and print hidden characters as escapes."""
    environment = Environment(
        loader=PackageLoader("cleancut.adapters", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=words.day, count=words.count, sentence=words.sentence, address=_address, outcome=words.OUTCOME_NAMES.get
    )
    environment.filters["jpeg"] = _data
    environment.filters.update(reworded=languages.reworded, figure=languages.figure)
    environment.globals.update(
        worded=_worded, words=words, told=words_marks, geometry=report_strip, wave=drawings_numpy
    )
    return environment


def _worded(english: str, **values: Any) -> Markup:
    """One of our own texts as markup: what fills its places is shown and escaped like everything from outside."""
    return Markup(languages.template(english)).format(**{name: _shown(value) for name, value in values.items()})  # noqa: S704


def _shown(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _address(text: str) -> str:
    """The text where it is a web address that may become a link, else nothing."""
    plain = text.strip()
    return plain if plain.lower().startswith(("https://", "http://")) and plain.isprintable() else ""


def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()
