"""`cleancut merge` and `cleancut view` as a user runs them."""

from __future__ import annotations

from faces.production import run
from usecases.sheeting import DOSSIER, data_of, dossier_at
from usecases.test_merge_dossiers import vendor


def test_a_vendor_is_merged_and_its_part_cut_out(tmp_path):
    dossier, sent = dossier_at(tmp_path), vendor(tmp_path, "Alder")
    seen = run(tmp_path, "merge", sent, "--into", dossier)
    assert seen.returncode == 0, seen.stderr
    assert "added    uses alder-hair" in seen.stdout
    assert dossier.read_text() == DOSSIER
    assert run(tmp_path, "merge", sent, "--into", dossier, "--write").returncode == 0
    out = tmp_path / "for-alder.yaml"
    done = run(tmp_path, "view", dossier, "--vendor", "Alder", "--out", out)
    assert done.returncode == 0, done.stderr
    assert [use["id"] for use in data_of(out)["uses"]] == ["alder-hair"]
    assert out.read_text().startswith("# What is declared for Alder")
    assert run(tmp_path, "view", dossier, "--vendor", "Alder", "--out", out).returncode == 2


def test_a_clash_writes_nothing(tmp_path):
    dossier = dossier_at(tmp_path)
    done = run(tmp_path, "merge", vendor(tmp_path, "Alder", tool="brush"), "--into", dossier, "--write")
    assert done.returncode == 2
    assert f"{dossier}:6:5 defines the id 'brush' too" in done.stdout
    assert "nothing was written" in done.stderr
    assert dossier.read_text() == DOSSIER
