"""A dossier on disk and tables as people send them, for the tests of importing, exporting and merging."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from cleancut.adapters.dossier_yaml import YamlDossiers
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.sheets_files import SheetFiles
from cleancut.adapters.text_yaml import YamlDocuments, read_document
from cleancut.model.imports import Fate
from cleancut.usecases.import_sheets import Import, ImportPorts, plan_import

PORTS = ImportPorts(YamlDocuments(), YamlDossiers(), PackFiles(), SheetFiles())

DOSSIER = """\
schema: cleancut/dossier/1
title: {id: film, name: The Film}    # as on screen

tools:
  # the safe one
  - id: brush
    product: Brush
    version: "2"
    tier: enterprise      # read in May
    trains: no
people:
  - {id: ida, name: Ida Quill}
uses:
  - id: rain
    name: Rain
    tools: [brush]
    shots: [ABC_010_0010@v003]
    answers:
      is_generative: yes
      likeness: yes       # declared
# the end
"""


def dossier_at(folder: Path, text: str = DOSSIER) -> Path:
    path = folder / "dossier.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def table(folder: Path, name: str, *rows: tuple[str, ...]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / f"{name}.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def planned(dossier: Path, *files: Path, mapping: str = "") -> Import:
    path = None
    if mapping:
        path = dossier.parent / "map.yaml"
        path.write_text(f"schema: cleancut/map/1\nsheets:\n{mapping}", encoding="utf-8")
    return plan_import(PORTS, files, dossier, path)


def told(fate: Fate) -> str:
    """A fate in one line: word, record, changes, problems."""
    changes = [f"{change.field}: {change.was} -> {change.now}" for change in fate.changes]
    problems = [f"{problem.column}: {problem.message}" for problem in fate.problems]
    return " | ".join([f"{fate.word} {fate.record}".strip(), *changes, *problems])


def data_of(path: Path) -> Any:
    return read_document(path).data
