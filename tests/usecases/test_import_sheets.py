"""Each row has one fate, told before anything is written; nothing that was in the dossier is lost."""

from __future__ import annotations

import contextlib

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleancut.errors import DossierError, OutputError, SheetError
from cleancut.usecases.import_sheets import carry_out
from usecases.sheeting import DOSSIER, PORTS, data_of, dossier_at, planned, table, told

TIERS = "consumer_free, consumer_paid, business, enterprise, netflix_enterprise, self_hosted, unsure, unknown"


def fates(folder, name, *rows, mapping="", dossier=DOSSIER):
    plan = planned(dossier_at(folder, dossier), table(folder, name, *rows), mapping=mapping).plan
    return [told(fate) for fate in plan.fates]


def test_tools_are_added_changed_left_and_refused(tmp_path):
    rows = [
        ("Tool", "Version", "Licence type", "Trains on data", "Stores data"),
        ("Brush", "2", "", "sì", ""),
        ("Pen", "1.1", "Free", "?", "NO"),
        ("Pen", "1.1", "free plan", "", ""),
        ("Comb", "", "Gold", "perhaps not", "x"),
        ("brush", "2", "paid", "", ""),
        ("", "", "", "yes", ""),
    ]
    answers, wrong = "trains:  -> unsure | stores:  -> no", "expected yes, no, unsure; found 'perhaps not'"
    assert fates(tmp_path, "ai tools", *rows) == [
        "changed brush | trains: no -> yes",
        f"added pen-1-1 | product:  -> Pen | version:  -> 1.1 | tier:  -> consumer_free | {answers}",
        "same pen-1-1",
        f"refused | C (Licence type): expected {TIERS}; found 'Gold' | D (Trains on data): {wrong}",
        "refused | C (Licence type): brush is the same product under the tier enterprise, not consumer_paid",
        "refused | : nothing says which record it is: no id or product",
    ]


def test_a_header_that_says_the_contrary_is_not_read(tmp_path):
    plan = planned(
        dossier_at(tmp_path),
        table(
            tmp_path,
            "tools",
            ("Tool", "Vendor", "No training on our data", "Training opt-out"),
            ("A", "B", "yes", "yes"),
        ),
    ).plan
    assert plan.sheets[0].unread == (("C", "No training on our data"), ("D", "Training opt-out"))
    assert plan.data["tools"][-1] == {"id": "a", "product": "A", "vendor": "B"}


def test_eighty_shots_of_one_use_and_a_version_is_no_other_shot(tmp_path):
    rows = [("Use", "Shots"), *(("Rain", f"ABC_010_{i:04}_comp_v001") for i in range(10, 810, 10))]
    dossier = dossier_at(tmp_path)
    plan = planned(dossier, table(tmp_path, "uses", *rows)).plan
    shots = plan.data["uses"][0]["shots"]
    assert len(shots) == 80
    assert shots[0] == "ABC_010_0010@v003"  # an old sheet does not bring an old version back
    assert plan.fates[0].word == "same"
    newer = planned(dossier, table(tmp_path, "uses", ("Use", "Shots"), ("Rain", "ABC_010_0010_v004, 0020"))).plan
    assert newer.data["uses"][0]["shots"] == ["ABC_010_0010@v004", "ABC_010_0020"]
    assert [told(fate) for fate in newer.fates] == [
        "changed rain | shots: ABC_010_0010@v003 -> ABC_010_0010@v004, ABC_010_0020"
    ]


def test_names_lead_to_records_and_a_person_who_is_not_there_is_added(tmp_path):
    rows = [
        ("Performer", "Film", "Scope", "Signed", "Until"),
        ("IDA QUILL", "the film", "Re-ageing; synthetic voice", "31.03.2026", "2027-01-01"),
        ("Bram Öz", "film", "re_ageing", "1 marzo 2026", ""),
        ("Bram Öz", "Another Film", "re_ageing", "03/04/2026", ""),
    ]
    ida, bram = "person:  -> ida | ", "person:  -> bram-oz | "
    scope, signed = "titles:  -> film | uses:  -> re_ageing", "signed_on:  -> 2026-03"
    assert fates(tmp_path, "consents", *rows) == [
        f"added consent-ida-2026-03-31 | {ida}{scope}, synthetic_voice | {signed}-31 | ends:  -> 2027-01-01",
        f"added consent-bram-oz-2026-03-01 | {bram}{scope} | {signed}-01 | people:  -> bram-oz (Bram Öz)",
        "refused | D (Signed): 03/04/2026 may be two different days",
    ]


def test_a_consent_without_a_title_is_no_consent_unless_somebody_says_so(tmp_path):
    rows = [("Performer", "Scope", "Signed on"), ("Ida Quill", "re-ageing", "2026-03-31")]
    (refused,) = fates(tmp_path, "consents", *rows)
    assert "needs titles" in refused
    (added,) = fates(tmp_path, "consents", *rows, mapping="  - {sheet: consents, always: {titles: [film]}}\n")
    assert added.startswith("added consent-ida-2026-03-31")


def test_a_material_list_adds_files_shots_and_prompts_to_its_use(tmp_path):
    rows = [
        ("File name", "Use", "Prompt", "Tool"),
        ("rain/a, b.mov", "Rain", "rain, at night", "Brush 2"),
        ("rain/c.mov", "rain", "", "Comb"),
        ("", "rain", "x", ""),
        ("d.mov", "", "", ""),
    ]
    assert fates(tmp_path, "materials", *rows) == [
        "changed rain | material:  -> rain/a, b.mov | prompts:  -> rain, at night",
        "refused | D (Tool): nothing under tools is called 'Comb'",
        "refused | A (File name): names no file",
        "refused | B (Use): names no use",
    ]


def test_rows_that_contradict_each_other_or_the_catalogue_are_refused(tmp_path):
    rows = [
        ("Use", "Stage", "Medium", "Purpose", "clearance"),
        ("Fog", "temp", "video, still", "set prop", ""),
        ("Fog", "final", "", "", ""),
        ("Mist", "temp", "smell", "", ""),
    ]
    first, second, third = fates(tmp_path, "use log", *rows)
    assert first.startswith("added fog | name:  -> Fog")
    assert "answers.medium:  -> video, image" in first
    assert "row 2 says temporary of the same fog" in second
    assert "found 'smell'" in third


def test_an_answer_that_refers_to_nothing_is_found_in_the_end_and_the_rest_goes_on(tmp_path):
    rows = [("id", "name", "answers.training_clearance"), ("a", "A", "clear-7"), ("b", "B", "")]
    assert fates(tmp_path, "uses", *rows) == [
        "refused | : nothing under clearances has the id 'clear-7'",
        "added b | name:  -> B",
    ]


def test_a_mapping_file_goes_before_the_words(tmp_path):
    rows = [("Quarterly list", ""), ("Ding", "Abo"), ("Pen", "Gold")]
    mapping = """\
  - sheet: liste
    register: tools
    header_row: 2
    columns: {Ding: product, B: tier}
    values: {tier: {Gold: enterprise}}
    always: {trains: unsure}
"""
    assert fates(tmp_path, "Liste", *rows, mapping=mapping) == [
        "added pen | product:  -> Pen | tier:  -> enterprise | trains:  -> unsure"
    ]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("  - {register: tool}\n", "no register 'tool'"),
        ("  - {register: tools, columns: {A: prodct}}\n", "no field 'prodct'"),
        ("  - {header: 3}\n", "unknown key"),
        ("  - {header_row: x}\n", "number of a row"),
    ],
)
def test_a_mapping_file_that_is_wrong_names_its_place(tmp_path, mapping, says):
    with pytest.raises(DossierError, match=rf"map\.yaml:3:.*{says}"):
        planned(dossier_at(tmp_path), table(tmp_path, "t", ("a",)), mapping=mapping)


def test_a_sheet_that_is_not_understood_says_what_to_do(tmp_path):
    dossier = dossier_at(tmp_path)
    reports = planned(
        dossier, table(tmp_path, "a", ("Foo", "Bar"), ("1", "2")), table(tmp_path, "b", ("Name", "Vendor"), ("1", "2"))
    ).plan.sheets
    assert "no header row is recognised" in reports[0].reason
    assert reports[1].register == "tools" or "could be" in reports[1].reason


def test_what_is_written_is_the_plan_and_every_comment_stays(tmp_path):
    dossier = dossier_at(tmp_path)
    done = planned(dossier, table(tmp_path, "tools", ("Tool", "Plan"), ("Pen", "free"), ("Brush", "")))
    assert dossier.read_text() == DOSSIER
    assert carry_out(PORTS, done, without_refused=False)
    assert data_of(dossier) == done.plan.data
    for line in DOSSIER.splitlines():
        assert line in dossier.read_text().splitlines()
    again = planned(dossier, tmp_path / "tools.csv")
    assert [fate.word for fate in again.plan.fates] == ["same", "same"]
    assert not carry_out(PORTS, again, without_refused=False)


def test_nothing_is_written_where_rows_are_refused_or_the_file_was_changed_meanwhile(tmp_path):
    dossier = dossier_at(tmp_path)
    done = planned(dossier, table(tmp_path, "tools", ("Tool", "Plan"), ("Pen", "free"), ("Comb", "Gold")))
    with pytest.raises(SheetError, match="1 of 2 rows are refused"):
        carry_out(PORTS, done, without_refused=False)
    assert dossier.read_text() == DOSSIER
    dossier.write_text(DOSSIER + "# edited\n")
    with pytest.raises((DossierError, OutputError), match="changed meanwhile"):
        carry_out(PORTS, done, without_refused=True)
    dossier.write_text(DOSSIER)
    assert carry_out(PORTS, done, without_refused=True)
    assert [tool["id"] for tool in data_of(dossier)["tools"]] == ["brush", "pen"]


HEADERS = [
    "Tool",
    "Version",
    "Plan",
    "Use",
    "Shots",
    "File",
    "Performer",
    "Signed",
    "Stage",
    "id",
    "Trains",
    "Project",
    "?",
]
CELLS = st.sampled_from(
    [
        "",
        "Brush",
        "Pen",
        "rain",
        "yes",
        "x",
        "2026-03-31",
        "31/12/2026",
        "ABC_010_0010-0030",
        "=1+1",
        '"a"',
        "[]",
        "final",
        "é;b",
    ]
) | st.text(max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["tools", "uses", "consents", "material", "evidence", "approvals", "x"]),
    st.lists(st.sampled_from(HEADERS), min_size=1, max_size=6),
    st.lists(st.lists(CELLS, max_size=6), max_size=5),
)
def test_any_table_has_a_plan_and_takes_nothing_away(tmp_path, name, header, rows):
    dossier = dossier_at(tmp_path)
    with contextlib.suppress(SheetError):
        plan = planned(dossier, table(tmp_path, name, tuple(header), *map(tuple, rows))).plan
        before = data_of(dossier)
        for register in ("tools", "people", "uses"):
            ids = [record["id"] for record in plan.data[register]]
            assert ids[: len(before[register])] == [record["id"] for record in before[register]]
        assert set(before["uses"][0]["answers"]) <= set(plan.data["uses"][0]["answers"])


def test_an_address_behind_other_words_is_the_one_meant(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "tools"
    for row in (
        ("Tool", "Terms", "Terms tier", "Terms read on", "Read by"),
        ("Pen", "here", "free", "2026-01-31", "me"),
    ):
        book.active.append(row)
    book.active["B2"].hyperlink = "https://example.com/terms"
    book.save(tmp_path / "tools.xlsx")
    plan = planned(dossier_at(tmp_path), tmp_path / "tools.xlsx").plan
    assert plan.data["tools"][-1]["terms"]["address"] == "https://example.com/terms"


def test_a_mapping_of_a_sheet_that_is_not_there_is_refused(tmp_path):
    sheet = table(tmp_path, "tools", ("id", "product"), ("pen", "Pen"))
    with pytest.raises(SheetError, match="no sheet is called Toolz") as caught:
        planned(dossier_at(tmp_path), sheet, mapping="  - {sheet: Toolz, dates: day_first}\n")
    assert "tools" in caught.value.hint


def test_a_header_row_that_holds_none_is_said(tmp_path):
    sheet = table(tmp_path, "tools", ("id", "product"), ("pen", "Pen"))
    text = "  - {sheet: tools, register: tools, header_row: 9}\n"
    (report,) = planned(dossier_at(tmp_path), sheet, mapping=text).plan.sheets
    assert report.is_lost
    assert report.reason.startswith("row 9, which the mapping file names")
