"""`cleancut import` as a user runs it: a preview unless asked to write, exit codes, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from faces.production import run
from usecases.sheeting import DOSSIER, data_of, dossier_at


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "AI tools"
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(path)
    return path


def test_a_preview_then_a_write_then_nothing_more_to_do(tmp_path):
    dossier = dossier_at(tmp_path)
    sheet = workbook(tmp_path / "reg.xlsx", ("Our tools",), ("Tool", "Plan", "Remarks"), ("Pen", "Free", "?"))
    seen = run(tmp_path, "import", sheet, "--into", dossier)
    assert seen.returncode == 0, seen.stderr
    assert "the register of tools, header in row 2" in seen.stdout
    assert "C Remarks -> not read" in seen.stdout
    assert "row 3: added    tools pen" in seen.stdout
    assert "nothing was written" in seen.stderr
    assert dossier.read_text() == DOSSIER
    done = run(tmp_path, "import", sheet, "--into", dossier, "--write", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["schema"] == "cleancut/import/1"
    assert [row["word"] for row in record["rows"]] == ["added"]
    assert data_of(dossier)["tools"][1] == {"id": "pen", "product": "Pen", "tier": "consumer_free"}
    assert "holds all of it already" in run(tmp_path, "import", sheet, "--into", dossier, "--write").stderr


def test_refused_rows_end_with_2_and_write_nothing(tmp_path):
    dossier = dossier_at(tmp_path)
    sheet = workbook(tmp_path / "reg.xlsx", ("Our tools",), ("Tool", "Plan"), ("Pen", "Gold"), ("Comb", "free"))
    refused = run(tmp_path, "import", sheet, "--into", dossier, "--write")
    assert refused.returncode == 2
    assert "column B (Plan): expected consumer_free" in refused.stdout
    assert "1 of 2 rows are refused, so nothing was written" in refused.stderr
    assert dossier.read_text() == DOSSIER
    assert run(tmp_path, "import", sheet, "--into", dossier, "--write", "--without-refused").returncode == 0
    assert [tool["id"] for tool in data_of(dossier)["tools"]] == ["brush", "comb"]


def test_a_file_that_is_no_spreadsheet_is_refused_by_name(tmp_path):
    bad = tmp_path / "reg.xlsx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    done = run(tmp_path, "import", bad, "--into", dossier_at(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {bad}: damaged")
    assert "hint:" in done.stderr


def test_a_sheet_that_is_not_understood_is_not_passed_over(tmp_path):
    """It could be two registers. Cells under no header, as where a comma is not quoted, are named too."""
    dossier, sheet = dossier_at(tmp_path), tmp_path / "list.csv"
    sheet.write_text("File;Use;Prompt\na.png;Rain;p1\nb.png;Rain;p2\n", encoding="utf-8")
    done = run(tmp_path, "import", sheet, "--into", dossier, "--write")
    assert done.returncode == 2
    assert "not read: could be material or uses" in done.stdout
    assert "list: not read, so nothing was written" in done.stderr
    assert "holds all of it" not in done.stderr
    sheet.write_text("Tool,Plan\nPen,Free,for pitches\n", encoding="utf-8")
    seen = run(tmp_path, "import", sheet, "--into", dossier)
    assert "C (no header) -> not read" in seen.stdout
