"""Writes the facts digests into the example's dossier: after a change of its answers, tools, consents or clearances.

    PYTHONPATH=src python examples/make/digests.py examples/nightferry/dossier.yaml

An approval or a notice names the digest of the facts it was written for. All of them were written for the facts as they
stand, but for the Night Line poster's, which was told and approved before the edit made it part of the story.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from cleancut.rules.case import Case
from cleancut.rules.derive import facts_of
from cleancut.usecases.dossier import load_dossier
from cleancut.wiring import Settings, app

ON = date(2026, 11, 20)
DIGITS = 16
BEFORE_THE_EDIT = {"legible": "no", "referenced_in_scene": "no", "contributes_to_story": "no"}
WRITTEN_EARLIER = {"notice-night-line": BEFORE_THE_EDIT, "ok-night-line": BEFORE_THE_EDIT}

RECORD = re.compile(
    r"(?P<head>  - id: (?P<id>\S+).*\n(?:    (?!facts_digest).*\n)*?"
    r"    use: (?P<use>\S+)\n(?:    (?!facts_digest).*\n)*?)"
    r"    facts_digest: .*\n"
)


def main(path: Path) -> None:
    check = app(Settings(Path())).check
    loaded = load_dossier(check.documents, check.packs.catalogue, path)
    case = Case(loaded.dossier, check.packs.catalogue, loaded.answers)

    def digest(use: str, changes: dict[str, str]) -> str:
        answers = {**case.answers, use: {**case.answers[use], **changes}}
        full = facts_of(replace(case, answers=answers), ON)[use].digest
        return full.removeprefix("sha256:")[:DIGITS]

    def filled(found: re.Match[str]) -> str:
        return f'{found["head"]}    facts_digest: "{digest(found["use"], WRITTEN_EARLIER.get(found["id"], {}))}"\n'

    text, count = RECORD.subn(filled, path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    print(f"{count} facts digests written")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
