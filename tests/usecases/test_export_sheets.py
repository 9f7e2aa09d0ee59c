"""Registers go out to spreadsheets and come back as they were; no cell of them is ever computed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleancut.adapters.tables_files import OutTables, text_table, workbook
from cleancut.adapters.text_yaml_edit import written
from cleancut.errors import OutputError
from cleancut.model.dossier import Dossier
from cleancut.model.record import read
from cleancut.model.sheets import OutTable
from cleancut.usecases.dossier import checked
from cleancut.usecases.export_sheets import export, tables_of
from usecases.sheeting import PORTS, data_of, dossier_at, planned

EXAMPLE = Path(__file__).parents[2] / "examples" / "nightferry" / "dossier.yaml"
BARE = {"schema": "cleancut/dossier/1", "title": {"id": "film", "name": "The Film"}, "uses": []}


def bare(folder: Path, title: dict[str, Any]) -> Path:
    return dossier_at(folder, written({**BARE, "title": title}))


def registers(data: dict[str, Any]) -> Dossier:
    """The record without what no register holds."""
    kept = {
        key: value for key, value in data.items() if key not in ("deliverable", "material", "sound", "rate", "packs")
    }
    return read(Dossier, kept)


@pytest.mark.parametrize("target", ["out.xlsx", "out"])
def test_the_example_goes_out_and_comes_back(tmp_path, target):
    export(PORTS.documents, PORTS.packs, OutTables(), EXAMPLE, tmp_path / target)
    files = [tmp_path / target] if target.endswith("xlsx") else sorted((tmp_path / target).glob("*.csv"))
    data = data_of(EXAMPLE)
    plan = planned(bare(tmp_path, data["title"]), *files).plan
    assert not plan.refused
    assert registers(plan.data) == registers(data)
    again = planned(dossier_at(tmp_path, EXAMPLE.read_text()), *files).plan
    assert {fate.word for fate in again.fates} == {"same"}
    assert again.data == data


def test_nothing_is_replaced(tmp_path):
    (tmp_path / "out.xlsx").write_bytes(b"mine")
    with pytest.raises(OutputError, match="is there already"):
        export(PORTS.documents, PORTS.packs, OutTables(), EXAMPLE, tmp_path / "out.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]


def test_cells_that_begin_like_formulas_are_harmless_and_bytes_are_stable():
    table = OutTable("tools", ("id", "product"), (("a", '=HYPERLINK("http://x","y")'), ("b", "@SUM(1)"), ("c", "-1")))
    rows = list(csv.reader(io.StringIO(text_table(table).decode("utf-8-sig"))))
    assert [row[1][:2] for row in rows[1:]] == ["'=", "'@", "'-"]
    book = openpyxl.load_workbook(io.BytesIO(workbook([table], "x")))
    cells = [row[1] for row in book["tools"].iter_rows(min_row=2)]
    assert [(cell.data_type, cell.value, cell.quotePrefix) for cell in cells] == [
        ("s", row[1], True) for row in table.rows
    ]
    assert workbook([table], "x") == workbook([table], "x")


def test_a_text_that_no_cell_holds_is_refused_with_the_way_out():
    with pytest.raises(OutputError, match="tools, row 2, product"):
        workbook([OutTable("tools", ("product",), (("x" * 40_000,),))], "out.xlsx")


HARD = [
    "=1+1",
    "'=1",
    "''-x",
    "-",
    "yes",
    "no",
    '"a"',
    "[]",
    "a, b; c",
    "a\nb",
    " a",
    "_x0041_",
    "\x01",
    "\r",
    "2026-01-01",
    "x",
    "é",
]
texts = st.sampled_from(HARD) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
lists = st.lists(texts, max_size=3, unique=True)
answers = st.sampled_from(["yes", "no", "unsure"])
days = st.sampled_from(["2026-01-01", "2024-02-29"])


def records(n: str, **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Up to two records, each with an id of its own."""
    needed = {key: value for key, value in keys.items() if not key.startswith("_")}
    more = {key[1:]: value for key, value in keys.items() if key.startswith("_")}
    one = st.fixed_dictionaries(needed, optional=more)
    return st.lists(one, max_size=2).map(lambda found: [{"id": f"{n}{i}", **item} for i, item in enumerate(found)])


@st.composite
def dossiers(draw: st.DrawFn) -> dict[str, Any]:
    terms = st.fixed_dictionaries(
        {"address": texts, "tier": st.just("business"), "read_on": days, "read_by": texts}, optional={"ends": days}
    )
    tools = draw(records("t", product=texts, _version=texts, _trains=answers, _terms=terms, _tier=st.just("unknown")))
    people = draw(records("p", name=texts))
    evidence = st.fixed_dictionaries(
        {"kind": st.just("legal_review"), "on": days, "by": texts}, optional={"says": texts, "ends": days}
    )
    sources = st.lists(st.fixed_dictionaries({"what": texts, "rights": texts}), max_size=3)
    told = st.fixed_dictionaries(
        {},
        optional={
            "is_generative": answers,
            "medium": st.lists(st.sampled_from(["image", "sfx"]), unique=True),
            "description": texts.filter(lambda text: text.strip() and text not in ("no", "unsure", "unknown")),
            "declared_on": days,
            "talent_op": st.just("none"),
            "guild_ok": st.just("na"),
        },
    )
    uses = draw(
        records(
            "u",
            name=texts,
            answers=told,
            _shots=lists,
            _prompts=lists,
            _material=lists,
            _vendor=texts,
            _tools=st.just([tool["id"] for tool in tools]),
            _models=st.just([]),
            _sources=sources,
            _evidence=st.lists(evidence, max_size=3),
        )
    )
    consents = []
    if people:
        consents = draw(records("c", person=st.just("p0"), titles=lists, uses=lists, signed_on=days, _describes=texts))
    approvals = []
    if uses:
        condition = st.fixed_dictionaries({"says": texts}, optional={"met": answers})
        approvals = draw(
            records(
                "a",
                kind=st.just("approval"),
                use=st.just("u0"),
                by=texts,
                on=days,
                says=texts,
                _shots=lists,
                _conditions=st.lists(condition, max_size=3),
            )
        )
    return {**BARE, "tools": tools, "people": people, "consents": consents, "approvals": approvals, "uses": uses}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(dossiers(), st.booleans())
def test_any_registers_come_back_as_they_went(tmp_path, data, as_workbook):
    checked(PORTS.packs.catalogue, data)
    tables = list(tables_of(PORTS.packs, data))
    files = []
    if as_workbook:
        files.append(tmp_path / "all.xlsx")
        files[0].write_bytes(workbook(tables, "all.xlsx"))
    else:
        for table in tables:
            files.append(tmp_path / f"{table.name}.csv")
            files[-1].write_bytes(text_table(table))
    plan = planned(bare(tmp_path, BARE["title"]), *files).plan
    assert [fate.problems for fate in plan.refused] == []
    assert registers(plan.data) == registers(data)
    again = planned(dossier_at(tmp_path, written(data)), *files).plan
    assert {fate.word for fate in again.fates} <= {"same"}
