"""The report as a document: what it says and in which order, that it loads nothing, and that nothing from outside
becomes markup."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import re
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser

import pytest
from PIL import Image

from cleancut.adapters.report_frames import MaterialFrame, frames_wanted
from cleancut.adapters.report_html import ReportPictures, report
from cleancut.adapters.report_strip import NARROWEST, WIDTH, area, outline, strip, where
from cleancut.adapters.report_view import report_view
from cleancut.model.dossier import Dossier
from cleancut.model.findings import WHOLE_FRAME, Coverage, Transform, Unexamined
from cleancut.model.programme import Programme, Stretch
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from outputs import sample

Make = Callable[[], Verdict]
VERDICTS: tuple[Make, ...] = (sample.production, sample.clear, sample.nothing, sample.hostile, sample.big)
EACH = pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
VOID = {"meta", "link", "img", "br", "use", "path", "rect", "circle", "polygon", "image", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, text by place, and whether every element that was opened was closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        shown = (data for tag, data in self.texts if tag not in ("style", "script"))
        return " ".join(" ".join(shown).split())


@cache
def picture() -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((240, 135)).save(out, "JPEG")
    return out.getvalue()


def pictures(verdict: Verdict) -> ReportPictures:
    wanted = frames_wanted(verdict)
    return ReportPictures(
        tuple((frame, picture()) for frame in wanted.strip),
        dict.fromkeys(wanted.master, picture()),
        dict.fromkeys(wanted.material, picture()),
    )


@cache
def html(make: Make, with_pictures: bool = True) -> str:
    verdict = make()
    return report(verdict, pictures(verdict) if with_pictures else None, show_prompts=True)


def page(make: Make) -> Page:
    return Page(html(make))


# --- one file that loads nothing --------------------------------------------------------------------------------------


@EACH
def test_nothing_is_loaded(make: Make) -> None:
    """Every address the browser would fetch by itself is data or a place in the document."""
    for tag, attributes in page(make).elements:
        for name in ("src", "srcset", "poster", "data", "action", "background", "xlink:href"):
            assert attributes.get(name, "data:").startswith("data:image/jpeg;base64,") or name not in attributes, tag
        if tag in ("image", "use"):
            assert attributes["href"].startswith(("data:image/jpeg;base64,", "#"))
    found = re.sub(r'<div id="finder".*?</div>', "", html(make), flags=re.DOTALL)  # ours, and sent nowhere
    assert not re.search(r"<(link|iframe|object|embed|base|form|input|audio|video)\b", found)
    assert not re.search(r"url\((?!#)|@import", found.partition("<style>")[2].partition("</style>")[0])


@EACH
def test_the_policy_names_style_and_script_by_digest(make: Make) -> None:
    found = html(make)
    policy = next(meta["content"] for meta in page(make).all("meta") if "http-equiv" in meta)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", found, re.DOTALL)
        assert len(inside) == 1
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


@EACH
def test_no_style_or_handler_sits_on_an_element(make: Make) -> None:
    for _, attributes in page(make).elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]


@EACH
def test_links_lead_into_the_document_or_to_the_web(make: Make) -> None:
    ids = [attributes["id"] for _, attributes in page(make).elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page(make).all("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in ids
        else:
            assert link["href"].startswith("https://")
            assert "noreferrer" in link["rel"]


# --- nothing from outside becomes markup ------------------------------------------------------------------------------


@EACH
def test_the_markup_is_sound(make: Make) -> None:
    found = page(make)
    assert found.wrong == []
    assert found.open == []


def test_hostile_texts_are_shown_as_written() -> None:
    found = page(sample.hostile)
    assert len(found.all("script")) == 1
    assert not [tag for tag, _ in found.elements if tag in ("b<", "i<", "u<") or "onload" in tag]
    assert not [attributes for _, attributes in found.elements if {"onload", "onerror"} & set(attributes)]
    for text in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7*7 }} {% raw %}",
        "מסך הנמל",
        "港の夜明け 🚢",
    ):
        assert text in found.text
    assert "49 {%" not in found.text


def test_direction_overrides_and_broken_bytes_are_shown_as_escapes() -> None:
    found = html(sample.hostile)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]", found)
    assert "\\u202egnp.exe" in found
    assert "not-utf-8-\\udce9.png" in found
    found.encode()


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    assert "javascript:alert(1)" in page(sample.hostile).text
    assert not [link for link in page(sample.hostile).all("a") if "javascript" in link["href"]]


# --- what it says, in which order -------------------------------------------------------------------------------------


@EACH
def test_the_verdict_comes_first_then_what_must_happen(make: Make) -> None:
    text = page(make).text
    words = [f"Verdict {make().word}", "What must happen next", "The master, in time", "Findings", "Uses", "Cue sheet"]
    places = [text.index(words[0])]
    for word in [*words[1:], "What was and was not examined", "Confidential"]:
        places.append(text.index(word, places[-1]))
    assert places == sorted(places)


@EACH
def test_headings_go_down_one_level_at_a_time(make: Make) -> None:
    levels = [int(tag[1]) for tag, _ in page(make).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


@EACH
def test_every_step_is_there_once_under_its_number(make: Make) -> None:
    verdict = make()
    ids = [attributes["id"] for attributes in page(make).all("li") if attributes.get("id", "").startswith("step-")]
    assert sorted(int(id_.removeprefix("step-")) for id_ in ids) == list(range(1, len(verdict.steps) + 1))
    view = report_view(verdict, show_prompts=True)
    assert {turn.who for turn in view.turns} == {step.who for step in verdict.steps}


@EACH
def test_every_finding_and_every_use_is_there(make: Make) -> None:
    verdict = make()
    articles = [attributes["id"] for attributes in page(make).all("article")]
    assert sum(id_.startswith("finding-") for id_ in articles) == len(verdict.attributed)
    assert sum(id_.startswith("use-") for id_ in articles) == len(verdict.standings)


def test_the_head_names_what_the_verdict_rests_on() -> None:
    text = page(sample.production).text
    because = text[text.index("Because of") : text.index("uses declared")]
    assert "Letter that is read aloud" in because
    assert "De-ageing of Elsa" in because
    assert "insert/boat.mp4" in because
    assert "Shop sign" not in because


def test_a_finding_says_where_what_whose_and_how() -> None:
    text = page(sample.production).text
    start = text.index("4 01:00:20:20 – 01:00:25:04")
    said = text[start : start + 900]
    for wanted in (
        "hold",
        "De-ageing of Elsa",
        "Declared final.",
        "500 to 603 (104)",
        "4.33 s",
        "Mirrored, 1.25 x speed.",
    ):
        assert wanted in said
    assert "Fills the frame." in said
    assert "No mark found." in said


def test_a_use_says_why_what_is_missing_and_the_way_out() -> None:
    text = page(sample.production).text
    start = text.index("Decision: blocked")
    said = text[start : start + 9000]
    for wanted in (
        "NFX-D1 Always requires written approval: Data Use",
        "Contradiction. Declared p5 = yes",
        "Talent consent: not valid",
        "consent-elsa names lighthouse, not harbour",
        "Written approval: missing",
        "Way out: blocked becomes approval required",
        "Then still needed:",
    ):
        assert wanted in said, wanted
    addresses = {
        ruling.clause.address for s in sample.production().standings for d in s.decisions for ruling in d.rulings
    }
    assert addresses <= {link["href"] for link in page(sample.production).all("a")}


def test_an_approval_shows_its_conditions_and_end() -> None:
    text = page(sample.production).text
    assert "no character touches it (not shown as met), ends 2026-12-31. It says: “Approved as long as" in text


def test_states_are_words_not_only_colours() -> None:
    """Each badge has its word, each bar of the strip a title that names finding, time and attribution."""
    text = html(sample.production)
    for state in ("hold", "incomplete", "ask"):
        assert re.search(rf'<span class="badge s-{state}">.*?</svg>{state}</span>', text)
    titles = [data for tag, data in page(sample.production).texts if tag == "title"]
    assert "3: Letter that is read aloud, picture, 01:00:15:20 to 01:00:19:14, declared final" in titles
    assert any(title.startswith("Not examined: 01:00:50:00") for title in titles)


def test_what_was_not_examined_is_never_shown_as_passed() -> None:
    nothing = page(sample.nothing).text
    assert nothing.count("Not examined.") == 2
    assert "0 % examined: no deliverable was" in nothing
    assert "s-clear" not in html(sample.nothing).partition("</style>")[2].partition("<script>")[0]
    production = page(sample.production).text
    assert "98.0 % examined" in production
    assert "Not found in what was examined" in production


def test_almost_all_is_not_all() -> None:
    scan = sample.scan_of(
        frames=100_000,
        picture=(Span(0, 99_999),),
        picture_missing=(Unexamined(Span(99_999, 100_000), "damaged"),),
    )
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), (), scan)
    assert report_view(verdict, show_prompts=True).examined_percent == "99.9 %"


def test_without_pictures_each_place_says_so() -> None:
    text = html(sample.production, with_pictures=False)
    assert "data:image" not in text.partition("</head>")[2]
    assert text.count("frames left out") == 18
    assert "Frames were left out of this report." in text


def test_a_picture_that_could_not_be_read_is_named() -> None:
    verdict = sample.production()
    text = report(verdict, replace(pictures(verdict), material={}), show_prompts=True)
    assert text.count("this frame could not be shown") == 9


def test_prompts_only_on_request() -> None:
    assert "1950s regatta poster" in html(sample.production)
    assert "1950s regatta poster" not in report(sample.production(), None, show_prompts=False)


def test_a_big_report_is_small_and_quick() -> None:
    verdict = sample.big()
    jpeg = picture() + bytes(18_000 - len(picture()))
    wanted = frames_wanted(verdict)
    pairs = (dict.fromkeys(wanted.master, jpeg), dict.fromkeys(wanted.material, jpeg))
    many = ReportPictures(tuple((frame, jpeg) for frame in wanted.strip), *pairs)
    start = time.process_time()
    text = report(verdict, many, show_prompts=True)
    assert time.process_time() - start < 5
    assert len(text.encode()) < 8_000_000


@EACH
def test_same_verdict_same_bytes(make: Make) -> None:
    assert report(make(), None, show_prompts=True) == report(make(), None, show_prompts=True)


# --- frames, strip and outline ----------------------------------------------------------------------------------------


def test_pairs_are_taken_from_the_middle_of_the_span() -> None:
    wanted = frames_wanted(sample.production())
    assert wanted.master[1] == 336
    assert wanted.material[1] == MaterialFrame("temp/storm.mp4", 8 + 36)
    assert wanted.material[0] == MaterialFrame("posters/regatta.png", None)
    assert wanted.of_master == tuple(sorted({*wanted.strip, *wanted.master.values()}))


def test_a_reversed_clip_is_followed_backwards() -> None:
    found = sample.finding("c.mp4", 100, 110, material_span=Span(40, 50), transform=Transform(-1.0, False, 1.0))
    verdict = sample.judged(
        Dossier("cleancut/dossier/1", sample.title(), ()), (sample.material("c.mp4"),), sample.scan_of(found)
    )
    assert frames_wanted(verdict).master[0] - 100 == 5
    assert frames_wanted(verdict).material[0] == MaterialFrame("c.mp4", 49 - 5)


@pytest.mark.parametrize("frames", [1, 2, 7, 300_000])
def test_strip_frames_are_frames_of_the_master(frames: int) -> None:
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), (), sample.scan_of(frames=frames))
    wanted = frames_wanted(verdict).strip
    assert len(set(wanted)) == len(wanted) == min(12, frames)
    assert all(0 <= frame < frames for frame in wanted)
    report(verdict, None, show_prompts=True)


def test_bars_stay_in_the_drawing_and_apart() -> None:
    spans = [(i, Span(i * 3, i * 3 + 2)) for i in range(60)] + [(99, Span(172_799, 172_800))]
    drawn = strip(sample.scan_of(frames=172_800), {"hold": spans}, {}).lanes["hold"]
    assert all(bar.width >= NARROWEST and bar.x + bar.width <= WIDTH + 0.01 for bar in drawn.bars)
    for one in drawn.bars:
        for other in drawn.bars:
            assert one is other or one.y != other.y or one.x + one.width <= other.x or other.x + other.width <= one.x


@pytest.mark.parametrize(
    ("rate", "start", "labels"),
    [
        (Fraction(24), "01:00:00:00", ["01:00:00:00", "01:00:10:00"]),
        (Fraction(24000, 1001), "00:59:58:12", ["01:00:00:00", "01:00:10:00"]),
        (Fraction(30000, 1001), "01:00:00;00", ["01:00:00;00", "01:00:10;00"]),
        (Fraction(30000, 1001), "01:00:50;00", ["01:00:50;00", "01:01:00;02"]),
        (Fraction(60000, 1001), "00:59:59;00", ["01:00:00;00", "01:00:05;00"]),
    ],
)
def test_ticks_are_round_timecodes(rate: Fraction, start: str, labels: list[str]) -> None:
    drawn = strip(sample.scan_of(frames=1500, rate=rate, start=start), {}, {})
    assert [tick.label for tick in drawn.ticks[:2]] == labels


def test_an_outline_is_the_part_within_the_frame() -> None:
    assert area(outline(WHOLE_FRAME)) == 1
    assert area(outline(sample.ZOOMED)) == pytest.approx(1)
    assert outline(((2, 2), (3, 2), (3, 3), (2, 3))) == ()
    half = outline(((0.5, -1), (2, -1), (2, 2), (0.5, 2)))
    assert area(half) == pytest.approx(0.5)
    turned = outline(((0.5, -0.2), (1.2, 0.5), (0.5, 1.2), (-0.2, 0.5)))
    assert all(0 <= value <= 1 for point in turned for value in point)


def test_a_region_in_words() -> None:
    assert where(outline(WHOLE_FRAME)) == "fills the frame"
    assert where(outline(((0.7, 0.1), (0.9, 0.1), (0.9, 0.2), (0.7, 0.2)))) == "upper right, 2 % of the frame"
    assert where(outline(((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)))) == "middle, 4 % of the frame"
    assert where(()) == "outside the frame"


def test_nothing_examined_has_a_strip_of_gaps_alone() -> None:
    scan = sample.scan_of(frames=10)
    drawn = strip(replace(scan, coverage=Coverage(picture_missing=(Unexamined(Span(0, 10), "damaged"),))), {}, {})
    assert drawn.picture_gaps is not None
    assert drawn.picture_gaps.bars[0].width == pytest.approx(WIDTH - 105)


@pytest.mark.parametrize(
    ("beyond", "says"), [(5, "Outside the programme"), (-3, "Partly outside the programme"), (-(10**6), "")]
)
def test_a_finding_in_the_head_says_so(beyond: int, says: str) -> None:
    """A slate may hold what the programme does not; who clears it must know."""
    verdict = sample.production()
    assert verdict.scan is not None
    last = max(found.span.end for found in verdict.scan.findings if found.kind == "match")
    slate = Span(0, max(1, last + beyond))
    head = Programme(Span(slate.end, verdict.scan.master.frames), "look", (Stretch("slate", slate),))
    scan = replace(verdict.scan, master=replace(verdict.scan.master, programme=head))
    texts = Page(report(replace(verdict, scan=scan), None, show_prompts=False)).texts
    terms = [text for place, text in texts if place == "dt" and "the programme" in text]
    assert terms[-1:] == ([says] if says else [])
