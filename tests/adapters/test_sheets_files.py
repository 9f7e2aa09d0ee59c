"""Spreadsheets written by other programs are read as they show themselves; hostile ones cost little and say so."""

from __future__ import annotations

import contextlib
import datetime
import io
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleancut.adapters.sheets_csv import read_table
from cleancut.adapters.sheets_files import SheetFiles
from cleancut.adapters.sheets_xlsx import Caps, read_workbook
from cleancut.errors import SheetError
from cleancut.model.sheets import Area, Cell, Sheet, column_of, letters

HERE = Path("x")
DAY_AND_HOUR = datetime.datetime(2026, 3, 31, 10, 30)  # noqa: DTZ001 - a cell has no zone


def texts(sheet: Sheet) -> dict[str, str]:
    return {f"{letters(i)}{row.number}": cell.text for row in sheet.rows for i, cell in row.cells.items()}


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    return file


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_cells_of_every_kind():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["text", 6, 6.5, True, datetime.date(2026, 3, 31), DAY_AND_HOUR, "=1+1", "=x"])
    page["A3"], page["B3"], page["C3"] = 6.1, 40, "  "
    page["A3"].number_format, page["B3"].number_format = "0.00", "0000"
    page["D3"].data_type, page["D3"].value = "e", "#REF!"
    page["E3"], page["F3"] = datetime.time(9, 30), 0.25
    page["F3"].number_format = "[h]:mm"
    (sheet,) = read_workbook(saved(book), HERE)
    first, third = sheet.rows
    assert [cell.text for cell in first.cells.values()][:6] == [
        *("text", "6", "6.5", "TRUE", "2026-03-31", "2026-03-31 10:30:00")
    ]
    assert [cell.kind for cell in first.cells.values()] == [
        *("text", "number", "number", "text", "day", "day", "unreadable", "unreadable")
    ]
    assert third.number == 3
    assert {i: cell.text for i, cell in third.cells.items()} | {3: ""} == {
        0: "6.10",
        1: "0040",
        3: "",
        4: third.cells[4].text,
        5: "0.25",
    }
    assert third.cells[3].kind == "unreadable"
    assert third.cells[4].kind == "number"  # an hour is no day


def test_a_formula_gives_its_stored_value_and_a_day_counted_from_1904_is_one():
    workbook = workbook_of(
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>a</v></c>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" s="1"><v>1</v></c></row>',
        properties='<workbookPr date1904="1"/>',
    )
    (sheet,) = read_workbook(workbook, HERE)
    cells = list(sheet.rows[0].cells.values())
    assert cells[:2] == [Cell("2", "number"), Cell("a")]
    assert cells[2].kind == "unreadable"
    assert cells[3] == Cell("1904-01-02", "day")


def test_merged_and_hidden_things_are_told():
    book = openpyxl.Workbook()
    book.active.title = "Tools"
    book.active["A1"] = "over two"
    book.active.merge_cells("A1:B2")
    book.active["A4"] = "filtered"
    book.active["A4"].hyperlink = "https://example.com/a b/terms?x=1"
    book.active.row_dimensions[4].hidden = True
    hidden = book.create_sheet("Lists")
    hidden.sheet_state = "veryHidden"
    hidden["A1"] = "x"
    tools, lists = read_workbook(saved(book), HERE)
    assert tools.links == {(4, 0): "https://example.com/a b/terms?x=1"}
    assert tools.merged == (Area(1, 0, 2, 1),)
    assert tools.notes == ("1 hidden row read like the others",)
    assert not tools.is_hidden
    assert lists.is_hidden


def workbook_of(rows: str, *, properties: str = "", shared: str = "", prefix: str = "", size: int = 0) -> io.BytesIO:
    """A workbook made by hand, as small as one may be."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kind = f"{office}/"
    parts = {
        "_rels/.rels": "<Relationships>"
        f'<Relationship Id="r" Type="{kind}officeDocument" Target="/xl/wb.xml"/></Relationships>',
        "xl/wb.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">{properties}<sheets>'
        '<sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/wb.xml.rels": f'<Relationships><Relationship Id="a" Type="{kind}worksheet" Target="sheets\\one.xml"/>'
        f'<Relationship Id="s" Type="{kind}sharedStrings" Target="../xl/strings.xml"/>'
        f'<Relationship Id="t" Type="{kind}styles" Target="styles.xml"/></Relationships>',
        "xl/sheets/one.xml": f'{prefix}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/strings.xml": f'<sst xmlns="{main}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        if size:
            archive.writestr("xl/media/padding", b"\0" * size)
    return file


def test_runs_are_joined_reading_aids_left_out_and_escapes_undone():
    shared = (
        "<si><r><t>Night </t></r><r><t>Ferry</t></r><rPh><t>naito</t></rPh></si><si><t>a_x000D_b_x005F_x0041_</t></si>"
    )
    rows = '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>in</t></is></c></row>'
    (sheet,) = read_workbook(workbook_of(rows, shared=shared), HERE)
    assert texts(sheet) == {"A1": "Night Ferry", "B1": "a\rb_x0041_", "C1": "in"}


ENTITIES = '<!DOCTYPE w [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
FAR = '<row r="1"><c r="XFD1" t="inlineStr"><is><t>far</t></is></c></row>'


@pytest.mark.parametrize(
    ("rows", "prefix", "says"),
    [
        ('<row><c t="inlineStr"><is><t>&b;</t></is></c></row>', ENTITIES, "entities"),
        (FAR, "", "columns"),
        ("<row><c><v>1</v></c>" * 3, "", "damaged"),
        ('<row r="x"><c><v>1</v></c></row>', "", "damaged"),
        ('<row><c t="s"><v>7</v></c></row>', "", "damaged"),
        ('<row><c s="1"><v>NaN1</v></c></row>', "", "damaged"),
    ],
)
def test_hostile_and_broken_workbooks_are_refused(rows, prefix, says):
    with pytest.raises(SheetError) as caught:
        read_workbook(workbook_of(rows, prefix=prefix), Path("reg.xlsx"))
    assert caught.value.message.startswith("reg.xlsx")
    assert says in caught.value.message
    assert caught.value.hint


def test_empty_rows_are_read_and_a_bomb_is_not():
    empty = workbook_of('<row r="1"><c/></row>' * 50_000 + "<row><c><v>1</v></c></row>")
    (sheet,) = read_workbook(empty, HERE)
    assert len(sheet.rows) == 1
    with pytest.raises(SheetError, match="unpacks to more"):
        read_workbook(empty, HERE, Caps(part_bytes=1024 * 1024))
    with pytest.raises(SheetError, match="elements"):
        read_workbook(empty, HERE, Caps(elements=100_000))
    read_workbook(workbook_of("<row/>", size=2 * 1024 * 1024), HERE, Caps(part_bytes=1024 * 1024))  # never looked at


def test_too_many_cells_are_refused():
    with pytest.raises(SheetError, match="filled cells"):
        read_workbook(workbook_of("<row>" + "<c><v>1</v></c>" * 11 + "</row>"), HERE, Caps(cells=10))


def test_one_long_text_shared_by_many_cells_is_too_much():
    rows = "<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>"
    with pytest.raises(SheetError, match="too much text"):
        read_workbook(workbook_of(rows, shared=f"<si><t>{'x' * 10_000}</t></si>"), HERE, Caps(text=1_000_000))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "before 2007"),
        (b"%PDF-1.7", "a PDF"),
        (b"\0\1\2\3" * 20, "no text"),
        (b"\xff\xfea", "not UTF-16"),
    ],
)
def test_what_is_no_spreadsheet_says_what_it_is(tmp_path, content, says):
    path = tmp_path / "reg.xlsx"
    path.write_bytes(content)
    with pytest.raises(SheetError, match=says):
        SheetFiles().read(path)


def test_an_archive_of_something_else_is_no_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(SheetError, match="not a workbook"):
        SheetFiles().read(path)


def test_damaged_copies_of_a_workbook_are_read_or_refused():
    book = openpyxl.Workbook()
    book.active.append(["Tool", "Plan", datetime.date(2026, 1, 1), 4.5])
    book.active.merge_cells("A1:A2")
    whole = saved(book).getvalue()
    chance = random.Random(7)
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(SheetError):  # any other error fails the test
            read_workbook(
                io.BytesIO(bytes(broken[: chance.choice([len(broken), chance.randrange(len(broken))])])), HERE
            )


XML = st.text(alphabet='<>/"= rctsvfRow0123456789AZ', max_size=60) | st.sampled_from(
    [
        "<row>",
        "</row>",
        "<c>",
        "</c>",
        '<c t="s">',
        '<c r="ZZZ9999999">',
        "<v>1e999</v>",
        "<v>-1</v>",
        '<c s="99999">',
        "<f/>",
    ]
)


@settings(max_examples=300)
@given(st.lists(XML, max_size=8).map("".join))
@example('<row r="99999999999999999999"><c s="1"><v>2958465.99999</v></c></row>')
@example('<row><c s="1"><v>1e308</v></c><c><v>inf</v></c><c><v>nan</v></c></row>')
def test_any_sheet_is_read_or_refused(rows):
    with contextlib.suppress(SheetError):
        read_workbook(workbook_of(rows), HERE)


# --- CSV --------------------------------------------------------------------------------------------------------------

TABLE = "Tool;Größe;Note\r\nBrush;5;a\r\nPen;6;ü\r\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_encoding_and_separator(codec, separator):
    sheet = read_table(TABLE.replace(";", separator).encode(codec), Path("tools.csv"))
    assert sheet.name == "tools"
    assert texts(sheet) == {
        "A1": "Tool",
        "B1": "Größe",
        "C1": "Note",
        "A2": "Brush",
        "B2": "5",
        "C2": "a",
        "A3": "Pen",
        "B3": "6",
        "C3": "ü",
    }


def test_commas_inside_semicolons_quotes_and_blank_lines():
    text = 'sep=;\nPrompt;Use\n\n"a, b\n""c""";u\nx, y, z;v\n'
    sheet = read_table(text.encode(), HERE)
    assert texts(sheet) == {"A2": "Prompt", "B2": "Use", "A4": 'a, b\n"c"', "B4": "u", "A5": "x, y, z", "B5": "v"}


def test_a_quote_that_is_never_closed_names_its_row():
    with pytest.raises(SheetError, match="row 3 does not end"):
        read_table(b'a,b\n1,2\n"3,4\n5,6\n', HERE)


@settings(max_examples=300)
@given(st.binary(max_size=80) | st.text(alphabet='a;,|\t"\n\r =é\ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(content):
    with contextlib.suppress(SheetError):
        read_table(content, HERE)


@given(st.integers(0, 20_000))
def test_column_letters_lead_back(column):
    assert column_of(letters(column)) == column
