"""The report as people meet it: opened in a real browser, without a network, on a phone, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cleancut.adapters.report_html import report
from outputs import browser, sample
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


def test_a_missing_browser_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PROGRAMS", ("no-such-browser",))
    with pytest.raises(AssertionError, match="no Chromium on PATH; install it"):
        browser.program()
