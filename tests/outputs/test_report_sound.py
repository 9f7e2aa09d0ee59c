"""The report on sound: one card and one number for what is seen and heard at once, what was heard where and how it was
changed, and nothing that was not listened to shown as passed."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleancut.adapters.drawings_numpy import Drawing, drawings
from cleancut.adapters.players_html import Player, PlayerPair, players
from cleancut.adapters.report_html import Drawings, ReportPictures, report
from cleancut.adapters.report_sounds import MASTER_ITSELF, sounds_wanted
from cleancut.adapters.report_strip import strip
from cleancut.adapters.report_view import report_view
from cleancut.adapters.words_english import moment, sound_change
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Coverage, Finding, Transform, Unexamined
from cleancut.model.timing import Span
from cleancut.model.verdict import Verdict
from outputs import sample, sounding
from outputs.test_drawings import MONO, Played
from outputs.test_report import Page, pictures


@cache
def drawing() -> Drawing:
    out = io.BytesIO()
    Image.radial_gradient("L").save(out, "JPEG")
    return Drawing("M0 50L1 40L1 60z", out.getvalue())


def shown(verdict: Verdict) -> ReportPictures:
    wanted = sounds_wanted(verdict)
    return replace(
        pictures(verdict),
        sounds={i: Drawings(drawing(), drawing()) for i in wanted.drawn},
        players=players(wanted, {MASTER_ITSELF: Path("/f/master.mp4")}, Path("/f/material"), Path("/f/out")),
    )


def html(verdict: Verdict) -> str:
    return report(verdict, shown(verdict), show_prompts=True)


def body(text: str) -> str:
    return text.partition("</head>")[2]


@cache
def page() -> Page:
    return Page(html(sounding.production()))


def card(number: int) -> str:
    """The text of a finding's card."""
    text = body(html(sounding.production())).partition(f'<article id="finding-{number}"')[2].partition("</article>")[0]
    return Page(f"<p {text}").text


# --- one appearance, one card -----------------------------------------------------------------------------------------


def test_picture_and_sound_of_one_clip_are_one_card() -> None:
    cards = [attributes["id"] for attributes in page().all("article") if attributes["id"].startswith("finding-")]
    assert cards == [f"finding-{number}" for number in range(1, 7)]
    assert "6 appearances of registered material" in page().text
    assert "picture and sound" in card(1)
    links = [link["href"] for link in page().all("a") if link["href"].startswith("#finding-")]
    assert set(links) <= {f"#{id_}" for id_ in cards}


def test_both_have_its_number_in_the_strip() -> None:
    view = report_view(sounding.production(), show_prompts=True)
    assert view.strip is not None
    in_picture = {bar.key for lane in view.strip.lanes.values() for bar in lane.bars}
    in_sound = {bar.key for lane in view.strip.sound_lanes.values() for bar in lane.bars}
    assert (in_picture, in_sound) == ({1, 4}, {1, 2, 3, 5, 6})
    lowest = max(lane.y + lane.height for lane in view.strip.lanes.values())
    assert lowest <= view.strip.sound_y < min(lane.y for lane in view.strip.sound_lanes.values())
    title = "1: Boat in the fog, picture and sound, 01:00:05:00 to 01:00:11:00, declared temporary"
    assert [data for tag, data in page().texts if tag == "title"].count(title) == 2


def test_a_step_names_an_appearance_once() -> None:
    view = report_view(sounding.production(), show_prompts=True)
    for turn in view.turns:
        for task in turn.tasks:
            for target in task.targets:
                assert len({link.anchor for link in target.findings}) == len(target.findings)


def test_findings_that_share_no_appearance_stay_apart() -> None:
    """Also where nobody numbered them."""
    found = [sounding.sound(sounding.TUNE, at, at + 2, 0) for at in (1, 10)]
    found += [sounding.picture(sounding.CLIP, at, at + 2, 0) for at in (1, 10)]
    assert [view.media for view in report_view(sounding.judged(*found), show_prompts=True).findings] == [
        "sound",
        "picture",
        "sound",
        "picture",
    ]


def test_a_related_sound_is_no_part_of_what_was_found() -> None:
    both = {"appears": "picture_and_sound", "appearance": 3}
    sound = replace(sounding.sound(sounding.CLIP, 5, 8, 0, **both), kind="related")
    views = report_view(sounding.judged(sounding.picture(sounding.CLIP, 5, 8, 0, **both), sound), show_prompts=True)
    assert [view.state for view in views.findings] == ["hold", "related"]


# --- what a card says -------------------------------------------------------------------------------------------------


def test_a_card_says_where_and_how_it_is_heard() -> None:
    said = card(2)
    for wanted in (
        "Hummed tune",
        "Sped up 4.2 %, pitch raised 0.7 semitones.",
        "track 1: L R",
        "0:04.00 to 0:16.50",
        "192 to 479 (288)",
        "12.00 s",
        "0.87 of 1",
    ):
        assert wanted in said
    assert "Region" not in said
    assert "Fills the frame" not in said


def test_one_without_the_other_is_said_plainly() -> None:
    assert "Picture and sound." in card(1)
    assert "Sound alone: the picture was replaced, its own was not found." in card(3)
    assert "Picture alone: its sound was not found in the mix." in card(4)


@pytest.mark.parametrize("number", [1, 2, 3, 5, 6])
def test_master_and_material_are_drawn_alike(number: int) -> None:
    text = body(html(sounding.production())).partition(f'<article id="finding-{number}"')[2].partition("</article>")[0]
    lines = re.findall(r'<line class="in-out" x1="([\d.]+)%"', text)
    assert len(lines) == 4
    assert lines[:2] == lines[2:]
    labels = re.findall(r'<svg class="drawn" role="img" aria-label="Wave and sonagram of the (master|material)', text)
    assert labels == ["master", "material"]


def test_the_material_is_taken_at_the_speed_found() -> None:
    pair = sounds_wanted(sounding.production()).pairs[2]
    assert pair.heard == (8, 20)
    assert pair.matched == (4, 16.5)
    assert (pair.master.first, pair.master.end) == (5, 23)
    assert float(pair.material.end - pair.material.first) == pytest.approx(18 * 12.5 / 12)
    assert pair.material.pitch == pytest.approx(0.7067)
    assert pair.span == pytest.approx((1 / 6, 5 / 6))


def test_what_lies_outside_a_file_is_marked_as_nothing() -> None:
    wanted = sounds_wanted(sounding.production()).pairs
    assert wanted[1].nothing_in_master == ()
    (before,) = wanted[1].nothing_in_material
    assert before == pytest.approx((0, 0.5 / 9), abs=1e-3)
    assert [end for _, end in wanted[6].nothing_in_material] == pytest.approx([2.25 / 13.5, 1], abs=1e-3)
    assert body(html(sounding.production())).count('class="void"') == 5
    at_the_start = sounds_wanted(sounding.judged(sounding.sound(sounding.TUNE, 0, 4, 0))).pairs[0]
    assert at_the_start.nothing_in_master == at_the_start.nothing_in_material != ()


def test_what_could_not_be_drawn_is_named() -> None:
    verdict = sounding.production()
    text = report(verdict, replace(shown(verdict), sounds={1: Drawings(drawing(), None)}), show_prompts=True)
    assert text.count("this sound could not be drawn") == 9


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Transform(1.0), "unchanged in speed and pitch"),
        (Transform(25 / 24, pitch=0.7067), "sped up 4.2 %, pitch raised 0.7 semitones"),
        (Transform(0.96, pitch=-0.7067), "slowed down 4 %, pitch lowered 0.7 semitones"),
        (Transform(1.04), "sped up 4 %, pitch kept"),
        (Transform(1000 / 1001, pitch=-0.017), "slowed down 0.1 %"),
        (Transform(1.0, pitch=1.0), "pitch raised 1 semitone"),
        (Transform(-1.0), "reversed"),
        (Transform(1.0003, pitch=0.01), "unchanged in speed and pitch"),
    ],
)
def test_changes_are_put_in_words(change: Transform, said: str) -> None:
    assert sound_change(sounding.sound(sounding.TUNE, 1, 2, 0, transform=change)) == said


def test_moments_of_a_file() -> None:
    assert [moment(Fraction(n, 1000)) for n in (0, 8300, 59_996, 600_000, 3_723_456)] == [
        "0:00.00",
        "0:08.30",
        "1:00.00",
        "10:00.00",
        "1:02:03.46",
    ]


# --- players ----------------------------------------------------------------------------------------------------------


def test_players_load_nothing_before_they_are_asked_to() -> None:
    found = page().all("audio")
    assert len(found) == 10
    for audio in found:
        assert set(audio) == {"controls", "preload", "src", "aria-label"}
        assert audio["preload"] == "none"
        assert audio["src"].startswith("../m")
    assert found[0]["src"] == "../master.mp4#t=5.000,11.000"
    assert found[0]["aria-label"] == "Master, 01:00:05:00 to 01:00:11:00"
    assert found[3]["src"] == "../material/music/tune.wav#t=4.000,16.500"


def test_the_policy_lets_in_media_only_where_there_are_players() -> None:
    verdict = sounding.production()
    policies = [
        next(meta["content"] for meta in Page(text).all("meta") if "http-equiv" in meta)
        for text in (html(verdict), report(verdict, replace(shown(verdict), players={}), show_prompts=True))
    ]
    assert "media-src 'self' file:" in policies[0]
    assert "media-src" not in policies[1]
    for policy in policies:
        assert policy.startswith("default-src 'none'; ")
        assert "img-src data:;" in policy


def test_what_no_browser_plays_says_where_to_listen() -> None:
    verdict = sounding.production()
    pair = PlayerPair(Player(why="no browser plays MXF files"), Player("../a.wav#t=0.000,1.000"))
    text = report(verdict, replace(shown(verdict), players={2: pair}), show_prompts=True)
    assert "Cannot be played here: <bdi>no browser plays MXF files</bdi>. Listen to 01:00:08:00 to 01:00:20:00" in text
    assert len(Page(text).all("audio")) == 1


def test_without_frames_nothing_is_drawn_or_played_and_each_place_says_so() -> None:
    text = body(report(sounding.production(), None, show_prompts=True))
    assert "data:image" not in text
    assert "<audio" not in text
    assert text.count("drawings left out") == 10
    assert "Frames were left out of this report, drawings and players of sound too." in text


@pytest.mark.parametrize("name", [*sample.HOSTILE, sample.BROKEN_NAME])
def test_no_name_of_sound_becomes_markup(name: str) -> None:
    if "\0" in name:
        name = name.replace("\0", "")
    text = html(sounding.judged(sounding.sound(name, 5, 8, 0, channels=(name,))))
    found = Page(text)
    assert found.wrong == found.open == []
    assert len(found.all("script")) == 1
    assert not [attributes for _, attributes in found.elements if {"onload", "onerror"} & set(attributes)]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]", text)
    text.encode()


# --- what was and was not examined ------------------------------------------------------------------------------------


def strip_text(verdict: Verdict) -> str:
    return body(html(verdict)).partition('<section id="film"')[2].partition("</section>")[0]


def test_what_was_heard_and_what_was_not_is_shown() -> None:
    text = page().text
    assert "96.6 % of the sound examined" in text
    assert "96.6 % examined: 01:00:00:00 – 01:00:57:00" in text
    assert "Track 1: the decoder left these samples silent." in text
    assert "Sound not examined: 01:00:57:00 to 01:00:59:00, track 1: the decoder" in strip_text(sounding.production())
    assert "Sound examined: 01:00:00:00 to 01:00:57:00" in strip_text(sounding.production())


def test_all_heard_and_nothing_found() -> None:
    text = strip_text(sounding.judged())
    assert ">examined</text>" in text
    assert "not examined" not in text
    assert "100 % of the sound examined" in Page(html(sounding.judged())).text
    assert "Nothing from the register was found in the master." in Page(html(sounding.judged())).text


@pytest.mark.parametrize("missing", [(), (Unexamined(Span(0, 1500), "no sound engine has run"),)])
def test_where_nobody_listened_nothing_is_said_to_be_heard(missing: tuple[Unexamined, ...]) -> None:
    scan = sample.scan_of(sound_missing=missing)
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), (), scan)
    text = Page(html(verdict)).text
    assert "0.0 % of the sound examined" in text
    assert ">not examined</text>" in strip_text(verdict)
    assert "Nothing from the register was found in what was examined of the master." in text


def test_a_deliverable_without_sound_is_not_one_that_nobody_heard() -> None:
    scan = sample.scan_of(hears=True, sound=(), tracks=(), sound_missing=(Unexamined(Span(0, 1500), "no sound"),))
    dossier = Dossier("cleancut/dossier/1", sample.title(), ())
    text = Page(html(sample.judged(dossier, (), scan))).text
    assert "no sound in it" in text
    assert "The deliverable has no sound." in text
    assert "not examined" not in strip_text(sample.judged(dossier, (), scan))
    lacking = replace(scan, coverage=replace(scan.coverage, lacking=("sound",)))
    assert "Sound not examined" in strip_text(sample.judged(dossier, (), lacking))


def test_a_deliverable_of_sound_alone() -> None:
    found = (sounding.sound(sounding.TUNE, 5, 8, 0),)
    scan = sample.scan_of(*found, hears=True, picture=(), has_picture=False)
    scan = replace(scan, master=replace(scan.master, width=0, height=0))
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), sounding.materials(), scan)
    text = html(verdict)
    assert "no picture in it" in Page(text).text
    assert "The deliverable has no picture." in Page(text).text
    assert "<image x=" not in strip_text(verdict)
    assert "examined" in strip_text(verdict)


def test_almost_all_of_the_sound_is_not_all() -> None:
    """Nor is what one track of two lacks, though another was heard there."""
    gap = Unexamined(Span(700, 701), "track 2 (deu): damaged")
    scan = sample.scan_of(hears=True, sound_missing=(gap,))
    verdict = sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), (), scan)
    assert report_view(verdict, show_prompts=True).heard_percent == "99.9 %"


def test_the_strip_of_no_sound_at_all() -> None:
    drawn = strip(replace(sample.scan_of(frames=10), coverage=Coverage()), {}, {})
    assert len(drawn.sound.bars) == 1


# --- many -------------------------------------------------------------------------------------------------------------


def crowded(findings: int) -> Verdict:
    """Two hours in which sound of a minute is found again and again."""
    frames = 2 * 3600 * 24
    found: list[Finding] = []
    for i in range(findings):
        first = i * (frames - 2000) // findings
        found.append(sounding.sound(sounding.TUNE, first / 24, first / 24 + 60, 0, appearance=i))
    scan = sample.scan_of(*found, frames=frames, hears=True)
    return sample.judged(Dossier("cleancut/dossier/1", sample.title(), ()), sounding.materials(), scan)


def test_fifty_findings_in_the_sound_are_small_and_quick() -> None:
    verdict = crowded(50)
    wanted = sounds_wanted(verdict)
    noise = np.random.default_rng(1).normal(0, 0.2, (1, 24_000 * 200)).astype(np.float32)
    start = time.process_time()
    cut = {i: replace(wanted.pairs[i].master, first=Fraction(i), end=Fraction(i + 70)) for i in wanted.drawn}
    made = drawings(Played({MONO: noise}, 48_000), Path("x.wav"), cut, wanted.size)
    sounds = {i: Drawings(one, one) for i, one in made.items()}
    text = report(verdict, replace(shown(verdict), sounds=sounds), show_prompts=True)
    assert time.process_time() - start < 20
    assert len(made) == 50
    assert len(text.encode()) < 4_000_000


def test_beyond_a_limit_findings_are_played_but_not_drawn() -> None:
    wanted = sounds_wanted(crowded(230))
    assert (len(wanted.pairs), len(wanted.drawn), wanted.size) == (230, 200, (320, 80))


def test_same_verdict_same_bytes() -> None:
    assert html(sounding.production()) == html(sounding.production())
