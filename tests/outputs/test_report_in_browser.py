"""The report as people meet it: opened in a real browser, without a network, on a phone, by keyboard, on paper."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cleancut.adapters.render_files import FileRenderer
from cleancut.adapters.report_html import report
from cleancut.ports import RenderOptions
from outputs import browser, sample, sounding
from outputs.test_report import html, pictures

PHONE, DESK = (360, 740), (1280, 800)


@pytest.fixture(scope="module")
def page() -> Iterator[browser.Page]:
    with browser.page() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, made = tmp_path_factory.mktemp("reports"), {}
    for make in (sample.production, sample.clear, sample.nothing, sample.hostile, sample.big):
        made[make.__name__] = folder / f"{make.__name__}.html"
        made[make.__name__].write_text(html(make), encoding="utf-8")
    return made


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["production", "clear", "nothing", "hostile", "big"])
def test_it_opens_quietly_and_fits(
    page: browser.Page, files: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    """No request, no complaint of policy or console, no script from outside, nothing wider than the screen."""
    page.requests.clear()
    page.complaints.clear()
    page.size(*size)
    page.open(files[name])
    assert page.complaints == []
    assert [address for address in page.requests if not address.startswith("data:")] == [files[name].as_uri()]
    assert page.run("document.documentElement.scrollWidth") == size[0]
    assert page.run("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert page.run("document.scripts.length") == 1


def test_it_is_walked_by_keyboard(page: browser.Page, files: dict[str, Path]) -> None:
    """The first stop is the skip link; it shows itself and leads to the next steps. Every span can be reached."""
    page.size(*DESK)
    page.open(files["production"])
    focused = "document.activeElement.getAttribute('href')"
    page.press("Tab", windowsVirtualKeyCode=9)
    assert page.run(focused) == "#next"
    assert page.run("document.activeElement.getBoundingClientRect().left >= 0")
    page.press("Enter", windowsVirtualKeyCode=13, text="\r")
    assert page.run("location.hash") == "#next"
    page.run("document.querySelector('.strip a').focus()")
    assert page.run(focused) == "#finding-2"
    page.press("Enter", windowsVirtualKeyCode=13, text="\r")
    assert page.run("location.hash") == "#finding-2"
    assert page.run("Math.abs(document.querySelector('#finding-2').getBoundingClientRect().top) < 60")


STOPS = {"link", "button", "radio", "checkbox", "searchbox", "image", "graphics-symbol", "heading", "article", "region"}


@pytest.mark.parametrize("name", ["production", "clear", "nothing", "hostile", "big"])
def test_a_screen_reader_has_a_name_for_every_stop(page: browser.Page, files: dict[str, Path], name: str) -> None:
    """And no link that says nothing out of its sentence, no heading that skips a level, every landmark once."""
    page.size(*DESK)
    page.open(files[name])
    told = page.read_out()
    assert [(role, named) for role, named, _ in told if role in STOPS and not any(map(str.isalnum, named))] == []
    assert [named for role, named, _ in told if role == "link" and named.isdigit()] == []
    levels = [level for role, _, level in told if role == "heading"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    roles = [role for role, _, _ in told]
    assert [roles.count(role) for role in ("banner", "main", "navigation", "contentinfo")] == [1, 1, 1, 1]


def test_the_outline_lies_on_the_master_frame(page: browser.Page, files: dict[str, Path]) -> None:
    page.size(*DESK)
    page.open(files["production"])
    box = page.run(
        "(() => { const at = e => document.querySelector('#finding-1 ' + e).getBoundingClientRect();"
        "const img = at('.shot img'), edge = at('.edge');"
        "return [(edge.left - img.left) / img.width, (edge.top - img.top) / img.height,"
        "(edge.right - img.left) / img.width, (edge.bottom - img.top) / img.height]; })()"
    )
    assert box == pytest.approx([0.6, 0.18, 0.84, 0.66], abs=0.02)


def test_a_link_into_a_folded_part_shows_it(page: browser.Page, files: dict[str, Path]) -> None:
    page.size(*DESK)
    page.open(files["big"])
    hidden = page.run("document.querySelector('details:not([open]) .targets li').id")
    page.run(f"location.hash = '{hidden}'")
    assert page.run(f"document.getElementById('{hidden}').getBoundingClientRect().height > 0")


def test_paper_has_what_is_folded_on_screen(page: browser.Page, files: dict[str, Path]) -> None:
    page.size(*DESK, media="print")
    page.open(files["production"])
    folded = "[...document.querySelectorAll('details:not([open]) > :not(summary)')]"
    assert page.run(f"{folded}.length > 5 && {folded}.every(part => part.getBoundingClientRect().height > 0)")
    assert page.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.printed().startswith(b"%PDF")


def test_it_reads_without_scripts(page: browser.Page, files: dict[str, Path]) -> None:
    page.size(*DESK)
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(files["production"])
        assert page.run("document.querySelector('.word').textContent") == "hold"
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)


def test_states_differ_without_colour(page: browser.Page, tmp_path: Path) -> None:
    """With colours taken away the bars of two states still differ, by their pattern."""
    path = tmp_path / "report.html"
    verdict = sample.production()
    path.write_text(report(verdict, pictures(verdict), show_prompts=True), encoding="utf-8")
    page.size(*DESK)
    page.open(path)
    fills = page.run("[...document.querySelectorAll('.strip a rect:nth-of-type(2)')].map(r => r.getAttribute('fill'))")
    assert {"url(#p-hold)", "url(#p-ask)", "url(#p-related)"} <= set(fills)
    assert (
        page.run("new Set([...document.querySelectorAll('.badge .icon use')].map(u => u.getAttribute('href'))).size")
        >= 4
    )


# --- sound, played from where it lies ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on a real film with real sound, beside it in another folder."""
    folder = sounding.made(tmp_path_factory.mktemp("film"))
    options = RenderOptions(beside=folder / "the report")
    files = FileRenderer().render(sounding.production(), folder / sounding.MASTER, folder / "material", options)
    (folder / "the report").mkdir()
    (folder / "the report" / "report.html").write_bytes(files["report.html"])
    return folder / "the report" / "report.html"


def play(page: browser.Page, number: int) -> dict[str, Any]:
    """What comes of a person pressing play on a player, and where it stands a little later."""
    script = (
        f"(async () => {{ const a = document.querySelectorAll('audio')[{number}]; a.muted = true; let said = '';"
        "try { await a.play(); } catch (error) { said = error.name; }"
        "await new Promise(done => setTimeout(done, 200));"
        "return {said, at: a.currentTime, paused: a.paused, long: a.duration, hidden: a.hidden,"
        "silent: !a.nextElementSibling.hidden, told: a.nextElementSibling.innerText}; })()"
    )
    return dict(page.run(script, by_person=True))


@pytest.mark.parametrize("size", [(375, 740), DESK], ids=["phone", "desk"])
def test_a_report_with_sound_opens_quietly_and_fits(page: browser.Page, heard: Path, size: tuple[int, int]) -> None:
    """Nothing of the film is read before somebody asks for it."""
    page.requests.clear()
    page.complaints.clear()
    page.size(*size)
    page.open(heard)
    assert page.complaints == []
    assert [address for address in page.requests if not address.startswith("data:")] == [heard.as_uri()]
    assert page.run("document.documentElement.scrollWidth") == size[0]
    assert page.run("document.querySelectorAll('.drawn').length") == 10
    widths = "[...document.querySelectorAll('.drawn, audio')].map(e => e.getBoundingClientRect().right)"
    assert page.run(f"Math.max(...{widths})") <= size[0]
    assert page.run("[...document.querySelectorAll('audio')].every(a => a.networkState === 1 || a.networkState === 0)")


@pytest.mark.parametrize(
    ("number", "first", "end"),
    [(0, 5, 11), (1, 1, 7), (3, 4, 16.5), (7, 0, 6), (9, 0, 9)],
    ids=["master", "mp4", "wav", "mp3", "m4a"],
)
def test_master_and_material_play_from_where_they_were_found(
    page: browser.Page, heard: Path, number: int, first: float, end: float
) -> None:
    page.complaints.clear()
    page.size(*DESK)
    page.open(heard)
    found = play(page, number)
    assert found["said"] == ""
    assert not found["paused"]
    assert first <= found["at"] < min(end, first + 2)
    assert found["long"] >= end - 0.1
    assert not found["silent"]
    assert page.complaints == []


def test_a_file_that_is_gone_is_a_sentence(page: browser.Page, heard: Path) -> None:
    tune = heard.parent.parent / "material" / sounding.TUNE
    page.size(*DESK)
    page.open(heard)
    tune.rename(tune.with_suffix(".gone"))
    try:
        found = play(page, 3)
    finally:
        tune.with_suffix(".gone").rename(tune)
    assert (found["said"], found["hidden"], found["silent"]) == ("NotSupportedError", True, True)
    assert "Listen to 0:04.00 to 0:16.50 in the material." in found["told"]
    assert page.run("document.querySelectorAll('audio:not([hidden])').length") == 9


def test_a_file_of_another_kind_is_a_sentence(page: browser.Page, heard: Path) -> None:
    tune = heard.parent.parent / "material" / sounding.TUNE
    kept = tune.read_bytes()
    tune.write_bytes(b"no sound at all")
    try:
        page.open(heard)
        assert play(page, 3)["silent"]
    finally:
        tune.write_bytes(kept)


HARD_NAMES = (b"q\"u'o.wav", b"a#b?c%41.wav", b"new\nline.wav", b"not-utf-8-\xe9.wav", b"javascript:x.wav", b"<b>.wav")


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_file_of_any_name_plays(page: browser.Page, heard: Path, tmp_path: Path, name: bytes) -> None:
    called = os.fsdecode(name)
    (tmp_path / "material").mkdir()
    (tmp_path / "material" / called).write_bytes((heard.parent.parent / "material" / sounding.TUNE).read_bytes())
    verdict = sounding.judged(sounding.sound(called, 5, 8, 6))
    options = RenderOptions(beside=tmp_path)
    files = FileRenderer().render(verdict, heard.parent.parent / sounding.MASTER, tmp_path / "material", options)
    (tmp_path / "report.html").write_bytes(files["report.html"])
    page.complaints.clear()
    page.open(tmp_path / "report.html")
    found = play(page, 1)
    assert (found["said"], found["paused"], page.complaints) == ("", False, [])
    assert 6 <= found["at"] < 8


def test_drawings_and_players_have_names(page: browser.Page, heard: Path) -> None:
    page.size(*DESK)
    page.open(heard)
    named = {(role, name) for role, name, _ in page.read_out()}
    assert ("Audio", "Master, 01:00:08:00 to 01:00:20:00") in named
    assert ("Audio", "Material music/tune.wav, 0:04.00 to 0:16.50") in named
    assert ("image", "Wave and sonagram of the master, 01:00:08:00 to 01:00:20:00") in named
    assert ("link", "Finding 2: Hummed tune, sound, 01:00:08:00 to 01:00:20:00, declared final") in named


def test_players_are_reached_by_keyboard(page: browser.Page, heard: Path) -> None:
    page.size(*DESK)
    page.open(heard)
    page.run("document.querySelector('#finding-2 audio').focus()")
    assert page.run("document.activeElement.getAttribute('aria-label')") == "Master, 01:00:08:00 to 01:00:20:00"
    page.press(" ", windowsVirtualKeyCode=32, text=" ")
    assert page.run(
        "new Promise(done => { const look = n => !document.activeElement.paused || !n ? done(n > 0)"
        " : setTimeout(look, 50, n - 1); look(60); })"
    )


def test_master_and_material_lie_on_one_scale(page: browser.Page, heard: Path) -> None:
    """The same drawing has the same places of in and out above and below, within the width of a line."""
    page.size(*DESK)
    page.open(heard)
    places = page.run(
        "[...document.querySelectorAll('#finding-2 .in-out')].map(line => line.getBoundingClientRect().left)"
    )
    assert places[0] == pytest.approx(places[2], abs=1)
    assert places[1] == pytest.approx(places[3], abs=1)
    assert places[1] - places[0] > 400


def test_on_paper_there_are_drawings_and_no_players(page: browser.Page, heard: Path) -> None:
    page.size(*DESK, media="print")
    page.open(heard)
    shown = "[...document.querySelectorAll('{}')].map(e => e.getBoundingClientRect().height)"
    assert page.run(f"Math.max(...{shown.format('audio')})") == 0
    assert page.run(f"Math.min(...{shown.format('.drawn')})") > 60
    assert page.printed().startswith(b"%PDF")


def test_a_missing_browser_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PROGRAMS", ("no-such-browser",))
    with pytest.raises(AssertionError, match="no Chromium on PATH; install it"):
        browser.program()


# --- long productions -------------------------------------------------------------------------------------------------

STATUS = "document.querySelector('#finder output').textContent"
LEFT = "document.querySelectorAll('article:not(.left-out)').length"


@pytest.fixture(scope="module")
def long(page: browser.Page, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five hundred findings of two hundred uses."""
    path = tmp_path_factory.mktemp("long") / "long.html"
    path.write_text(report(sample.big(500, 200), None, show_prompts=True), encoding="utf-8")
    return path


def test_findings_are_walked_and_filtered_by_keyboard(page: browser.Page, long: Path) -> None:
    page.size(*PHONE)
    page.open(long)
    assert page.run(STATUS) == "700 of 700 shown"
    assert page.run("document.documentElement.scrollWidth") == PHONE[0]
    for key, at in (("n", 1), ("j", 2), ("p", 1), ("k", 1)):
        page.press(key)
        assert page.run("document.activeElement.id") == f"finding-{at}"
    assert page.run(STATUS) == "1 of 700"
    page.press("/")
    page.call("Input.insertText", text="Number 170")
    assert page.run(STATUS) == f"{page.run(LEFT)} of 700 shown"
    assert 0 < page.run(LEFT) < 20
    page.call("Input.insertText", text=" n")  # in the field a letter is a letter
    assert page.run("document.activeElement.type") == "search"
    page.press("Escape")
    assert page.run(STATUS) == "700 of 700 shown"


def test_what_is_filtered_out_is_reached_by_link_and_printed(page: browser.Page, long: Path) -> None:
    page.size(*DESK)
    page.open(long)
    page.run("document.querySelector('#finder [value=clear]').click()")
    assert page.run(STATUS) == f"{page.run(LEFT)} of 700 shown"
    hidden = "getComputedStyle(document.querySelector('#finding-300')).display"
    assert page.run(hidden) == "none"
    page.size(*DESK, media="print")
    assert page.run(hidden) != "none"
    page.size(*DESK)
    page.run(
        "new Promise(done => { addEventListener('hashchange', done); location.hash = '#finding-300' }).then(() => 1)"
    )
    assert page.run(hidden) != "none"
    assert page.run(STATUS) == "700 of 700 shown"


def test_its_keys_can_be_turned_off(page: browser.Page, long: Path) -> None:
    page.size(*DESK)
    page.open(long)
    page.run("document.querySelector('#finder [type=checkbox]').click()")
    page.press("n")
    assert not page.run("document.activeElement.id").startswith("finding")
