"""Vendors' dossiers go into the production's and come out of it, and no vendor sees what another uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleancut.adapters.text_yaml import read_document
from cleancut.errors import DossierError, UnknownId
from cleancut.usecases.dossier import checked
from cleancut.usecases.import_sheets import carry_out
from cleancut.usecases.merge_dossiers import plan_merge
from cleancut.usecases.vendor_view import view
from usecases.sheeting import DOSSIER, PORTS, data_of, dossier_at, told


def vendor(
    folder: Path, name: str, *, tool: str = "comb", plan: str = "business", use: str = "", more: str = ""
) -> Path:
    path = folder / name.lower()
    path.mkdir(exist_ok=True)
    dossier = path / "dossier.yaml"
    dossier.write_text(
        f"""\
schema: cleancut/dossier/1
title: {{id: film, name: The Film, production: {name}}}
material: out
tools:
  - {{id: {tool}, product: Comb, tier: {plan}, terms: {{address: https://x, tier: {plan}, read_on: 2026-01-01,
      read_by: me, document: papers/terms.pdf}}}}
people: [{{id: {name.lower()}-star, name: Star of {name}}}]
uses:
  - id: {use or name.lower() + "-hair"}
    name: Hair
    tools: [{tool}]
    shots: [AB_0010@v001]
    material: [hair/*.mov]
    answers: {{is_generative: yes, person: {name.lower()}-star}}
    evidence: [{{kind: legal_review, id: {name.lower()}-review, on: 2026-01-02, by: me}}]
{more}""",
        encoding="utf-8",
    )
    return dossier


def merged(dossier: Path, *vendors: Path, prefix: bool = False):
    return plan_merge(PORTS, vendors, dossier, prefix=prefix)


def test_two_vendors_are_merged_and_each_gets_its_own_back(tmp_path):
    dossier = dossier_at(tmp_path)
    one, two = vendor(tmp_path, "Alder"), vendor(tmp_path, "Birch", tool="brush-2")
    done = merged(dossier, one, two)
    assert {fate.word for fate in done.plan.fates} == {"added"}
    assert dossier.read_text() == DOSSIER
    assert carry_out(PORTS, done, without_refused=False)
    for line in DOSSIER.splitlines():
        assert line in dossier.read_text().splitlines()
    use = data_of(dossier)["uses"][1]
    assert (use["id"], use["vendor"], use["material"]) == ("alder-hair", "Alder", ["alder/out/hair/*.mov"])
    assert data_of(dossier)["tools"][1]["terms"]["document"] == "alder/papers/terms.pdf"
    assert {fate.word for fate in merged(dossier, one, two).plan.fates} == {"same"}
    own = view(PORTS, dossier, "birch")
    checked(PORTS.packs.catalogue, own)
    assert [tool["id"] for tool in own["tools"]] == ["brush-2"]
    assert [use["id"] for use in own["uses"]] == ["birch-hair"]
    for foreign in ("alder", "Alder", "comb", "rain", 'brush"', "Ida"):
        assert foreign not in json.dumps(own)


def test_a_vendor_changes_what_is_its_own_when_it_sends_again(tmp_path):
    dossier = dossier_at(tmp_path)
    carry_out(PORTS, merged(dossier, vendor(tmp_path, "Alder")), without_refused=False)
    again = vendor(tmp_path, "Alder", plan="consumer_paid")
    again.write_text(again.read_text().replace("v001", "v002").replace("by: me}]", "by: you}]"))
    fates = [told(fate) for fate in merged(dossier, again).plan.fates]
    assert fates[0].startswith("changed comb | tier: business -> consumer_paid")
    assert "changed alder-hair | shots: AB_0010@v001 -> AB_0010@v002 | evidence: " in fates[2]


def test_clashing_ids_are_refused_with_both_places_and_a_prefix_parts_them(tmp_path):
    dossier = dossier_at(tmp_path)
    one = vendor(tmp_path, "Alder", tool="brush")
    two = vendor(tmp_path, "Birch", use="rain")
    clash = merged(dossier, one, two)
    assert [(fate.place, told(fate)) for fate in clash.plan.refused] == [
        (f"{one}:5:6", f"refused brush | : {dossier}:6:5 defines the id 'brush' too, for another record"),
        (f"{two}:9:5", f"refused rain | : {dossier}:14:5 defines the id 'rain' too, for another record"),
    ]
    done = merged(dossier, one, two, prefix=True)
    assert not done.plan.refused
    ids = [use["id"] for use in done.plan.data["uses"]]
    assert ids == ["rain", "alder.alder-hair", "birch.rain"]
    assert done.plan.data["uses"][1]["tools"] == ["alder.brush"]
    assert done.plan.data["uses"][1]["answers"]["person"] == "alder.alder-star"
    checked(PORTS.packs.catalogue, done.plan.data)


def test_one_vendor_may_not_change_what_another_uses_too(tmp_path):
    dossier = dossier_at(tmp_path)
    one, two = vendor(tmp_path, "Alder"), vendor(tmp_path, "Birch")
    carry_out(PORTS, merged(dossier, one), without_refused=False)
    two.write_text(two.read_text().replace("tier: business", "tier: enterprise"))
    assert [fate.record for fate in merged(dossier, two).plan.refused] == ["comb"]


def test_an_id_of_two_kinds_is_a_clash(tmp_path):
    clash = merged(dossier_at(tmp_path), vendor(tmp_path, "Alder", tool="rain"))
    assert [fate.record for fate in clash.plan.refused] == ["rain"]


@pytest.mark.parametrize(
    ("old", "new", "says"), [("id: film", "id: other", "not of film"), (", production: Alder", "", "whose it is")]
)
def test_a_dossier_of_another_title_or_of_nobody_is_refused(tmp_path, old, new, says):
    path = vendor(tmp_path, "Alder")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DossierError, match=says):
        merged(dossier_at(tmp_path), path)


def test_a_view_shows_no_other_vendors_lineage_approvals_or_clearances(tmp_path):
    dossier = dossier_at(tmp_path)
    one, two = vendor(tmp_path, "Alder"), vendor(tmp_path, "Birch", tool="brush-2")
    carry_out(PORTS, merged(dossier, one, two), without_refused=False)
    text = dossier.read_text().replace("    vendor: Birch", "    vendor: Birch\n    derived_from: [alder-hair]")
    text += "clearances: [{id: cl, kind: rights, what: Hair, uses: [alder-hair, birch-hair]}]\n"
    text += "approvals: [{id: ap, kind: answer, use: alder-hair, by: x, on: 2026-01-01, says: ok, tools: [comb]}]\n"
    dossier.write_text(text)
    checked(PORTS.packs.catalogue, read_document(dossier).data)
    own = view(PORTS, dossier, "Birch")
    checked(PORTS.packs.catalogue, own)
    assert own["clearances"][0]["uses"] == ["birch-hair"]
    assert "alder" not in json.dumps(own)
    assert "approvals" not in own


def test_a_vendor_nobody_knows_is_refused(tmp_path):
    with pytest.raises(UnknownId, match="no use is of the vendor 'X'"):
        view(PORTS, dossier_at(tmp_path), "X")
