"""Sound in the verdict: it counts as picture does, and what nobody heard never passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.timing import Span
from cleancut.rules.verdict import PICTURE_LIMIT, SOUND_LIMIT
from judge.cases import (
    case,
    clip_material,
    digest_of_use,
    dossier,
    finding,
    heard,
    judge,
    material,
    scan,
    sound_finding,
    sound_material,
    use,
    without_picture,
    without_sound,
)

SONG = "song.wav"
MUSIC = (sound_material(SONG),)


def told(scanned, materials=MUSIC, medium=("music",), name=SONG):
    """A use whose notice was sent for these very facts."""
    uses = [use(material=(name,), answers={"medium": list(medium)})]
    digest = digest_of_use(case(dossier(uses), materials, scanned))
    notice = {"id": "N", "use": "a", "on": "2026-10-01", "to": "contact@example.com", "facts_digest": digest}
    return case(dossier(uses, notices=[notice]), materials, scanned)


def answer(verdict, fact="found_in_deliverable"):
    return next((line.answer for line in verdict.standings[0].answers if line.fact == fact), None)


def test_music_that_was_listened_for_and_not_found_is_clear():
    verdict = judge(told(heard(names=(SONG,))))
    assert verdict.word == "clear", verdict.steps
    assert answer(verdict) == ("no",)
    assert not any("Picture only" in limit for limit in verdict.limits)
    assert SOUND_LIMIT in verdict.limits
    assert PICTURE_LIMIT in verdict.limits


def test_a_temporary_song_in_the_master_holds_delivery():
    verdict = judge(told(heard([sound_finding(SONG)], names=(SONG,))))
    assert verdict.word == "hold"
    assert verdict.standings[0].found == (0,)
    assert verdict.attributed[0].attribution == "declared_temporary"


def test_undeclared_sound_holds_delivery():
    both = (*MUSIC, sound_material("stray.wav"))
    scanned = heard([sound_finding("stray.wav")], names=(SONG, "stray.wav"))
    verdict = judge(told(scanned, both))
    assert verdict.word == "hold"
    assert any("stray.wav is registered" in step.why for step in verdict.steps)


def test_picture_and_sound_of_one_clip_both_count():
    both = heard([finding("c.mp4"), sound_finding("c.mp4")], names=("c.mp4",))
    verdict = judge(told(both, (clip_material("c.mp4"),), ("video",), "c.mp4"))
    assert verdict.word == "hold"
    assert verdict.standings[0].found == (0, 1)


def test_related_sound_is_never_counted():
    verdict = judge(told(heard([sound_finding(SONG, kind="related")], names=(SONG,))))
    assert (verdict.word, verdict.standings[0].found) == ("ask", ())


@pytest.mark.parametrize("medium", [["music"], ["video"], ["voice", "video"]])
def test_sound_that_was_not_heard_whole_is_incomplete(medium):
    """Whatever the use's medium: something registered may be in the rest."""
    scanned = heard(sound=[Span(0, 90)], sound_missing=[Span(90, 100)], names=("c.mp4",))
    verdict = judge(told(scanned, (clip_material("c.mp4"),), medium, "c.mp4"))
    assert verdict.word == "incomplete"
    assert any("sound: frames 90 to 99 were not examined: track 1: damaged" in step.why for step in verdict.steps)
    assert answer(verdict) == ("unsure",)


def test_a_gap_in_the_sound_is_incomplete_for_pictures_too():
    scanned = heard(sound=[Span(0, 90)], sound_missing=[Span(90, 100)])
    verdict = judge(told(scanned, (material("a.png"),), ("image",), "a.png"))
    assert verdict.word == "incomplete"
    assert answer(verdict) == ("no",)  # a still cannot be in the sound


def test_a_gap_in_the_picture_leaves_it_known_that_music_is_not_there():
    verdict = judge(told(heard(names=(SONG,), picture_missing=[Span(90, 100)])))
    assert verdict.word == "incomplete"
    assert answer(verdict) == ("no",)


def test_sound_in_no_account_is_not_examined():
    verdict = judge(told(heard(sound=[Span(0, 50)], names=(SONG,))))
    assert verdict.word == "incomplete"
    assert any("sound: frames 50 to 99 are in no account" in step.why for step in verdict.steps)


@pytest.mark.parametrize("medium", ["voice", "music", "sfx"])
def test_a_master_without_sound_is_incomplete_where_a_use_is_sound(medium):
    verdict = judge(told(without_sound(lacking=["sound"], names=(SONG,)), medium=(medium,)))
    assert verdict.word == "incomplete"
    assert any(f"no sound track, so {medium} could not be looked for" in step.why for step in verdict.steps)
    assert any("name its sound files" in step.what for step in verdict.steps)
    assert any("the master has no sound track" in limit for limit in verdict.limits)


def test_a_master_without_sound_is_incomplete_where_a_clip_has_sound():
    scanned = without_sound(lacking=["sound"], names=("c.mp4",))
    verdict = judge(told(scanned, (clip_material("c.mp4"),), ("video",), "c.mp4"))
    assert verdict.word == "incomplete"
    assert answer(verdict) == ("unsure",)


def test_a_master_without_sound_is_no_gap_where_nothing_sounds():
    verdict = judge(told(without_sound(), (material("a.png"),), ("image",), "a.png"))
    assert verdict.word == "clear", verdict.steps
    assert any("Picture only" in limit for limit in verdict.limits)


def test_a_sound_master_can_be_clear_of_sound():
    verdict = judge(told(without_picture(names=(SONG,))))
    assert verdict.word == "clear", verdict.steps
    assert any("Sound only" in limit for limit in verdict.limits)
    assert PICTURE_LIMIT not in verdict.limits


@pytest.mark.parametrize(
    ("materials", "medium", "name"),
    [((material("a.png"),), ("image",), "a.png"), ((clip_material("c.mp4"),), ("music",), "c.mp4")],
)
def test_a_sound_master_is_never_clear_of_pictures(materials, medium, name):
    verdict = judge(told(without_picture(lacking=["picture"], names=(name,)), materials, medium, name))
    assert verdict.word == "incomplete"
    assert answer(verdict) == ("unsure",)


@pytest.mark.parametrize(
    ("materials", "medium", "name"),
    [
        ((material("a.png"),), ("music",), "a.png"),
        ((material("a.png"),), ("image", "voice"), "a.png"),
        ((clip_material("c.mp4", 0),), ("video", "sfx"), "c.mp4"),
        (MUSIC, ("video",), SONG),
        (MUSIC, ("music", "image"), SONG),
    ],
)
def test_a_medium_that_none_of_the_material_has_was_looked_for_by_nobody(materials, medium, name):
    verdict = judge(told(heard(names=(name,)), materials, medium, name))
    assert verdict.word == "incomplete"
    assert any("none of its material has" in step.why for step in verdict.steps)
    assert answer(verdict) == ("unsure",)


def test_a_medium_that_nobody_stated_could_be_in_both():
    scanned = heard(sound=[Span(0, 90)], sound_missing=[Span(90, 100)])
    verdict = judge(told(scanned, (material("a.png"),), ("unsure",), "a.png"))
    assert answer(verdict) == ("unsure",)


def test_without_a_sound_engine_it_is_picture_only():
    verdict = judge(told(scan(names=(SONG,))))
    assert verdict.word == "incomplete"
    assert any("picture only" in step.why for step in verdict.steps)
    assert any("no sound engine has run" in limit for limit in verdict.limits)


MEDIA = ("image", "video", "voice", "music", "sfx", "3d", "text", "unsure")
scans = st.sampled_from([heard, without_sound, without_picture, lambda **more: scan(**more)])


@given(
    scans,
    st.sets(st.sampled_from(MEDIA), min_size=1).filter(lambda media: "unsure" not in media or len(media) == 1),
    st.sampled_from([material("m"), sound_material("m"), clip_material("m"), clip_material("m", 0)]),
    st.booleans(),
)
def test_clear_means_that_every_medium_was_examined(make, media, item, is_damaged):
    lacking = {without_sound: "sound" if item.has_sound else "", without_picture: "picture" if item.has_picture else ""}
    scanned = make(names=("m",))
    if gap := lacking.get(make):
        scanned = replace(scanned, coverage=replace(scanned.coverage, lacking=(gap,)))
    if is_damaged and scanned.coverage.tracks:
        scanned = heard(sound=[Span(0, 90)], sound_missing=[Span(90, 100)], names=("m",))
    verdict = judge(told(scanned, (item,), sorted(media), "m"))
    if verdict.word == "clear":
        coverage = scanned.coverage
        assert not is_damaged or not coverage.tracks
        assert coverage.is_whole("picture") or not (item.has_picture or media & {"image", "video", "3d", "unsure"})
        assert coverage.is_whole("sound") or not (item.has_sound or media & {"voice", "music", "sfx", "unsure"})
        assert item.has_picture or not media & {"image", "video", "3d"}
        assert item.has_sound or not media & {"voice", "music", "sfx"}
