"""`cleancut export` as a user runs it."""

from __future__ import annotations

import openpyxl

from faces.production import run
from usecases.sheeting import dossier_at


def test_registers_go_to_a_workbook_that_is_never_replaced(tmp_path):
    dossier, target = dossier_at(tmp_path), tmp_path / "registers.xlsx"
    done = run(tmp_path, "export", dossier, target)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["tools: 1 row", "people: 1 row", "uses: 1 row"]
    assert openpyxl.load_workbook(target)["tools"]["B2"].value == "Brush"
    again = run(tmp_path, "export", dossier, target)
    assert again.returncode == 2
    assert "is there already" in again.stderr
