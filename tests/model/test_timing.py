"""Time: exact rates, drop-frame labels, half-open spans."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.model.timing import Clock, Rate, Span, frames_of, join, missing, timecode

RATES = [Rate.parse(t) for t in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60")]
rates = st.sampled_from(RATES)
spans = st.builds(lambda first, length: Span(first, first + length), st.integers(0, 300), st.integers(1, 60))


@given(rates, st.integers(0, 24 * 3600 * 23), st.booleans())
def test_a_label_reads_back_as_the_frame_it_names(rate, frame, drop):
    drop = drop and rate.can_drop
    assert frames_of(timecode(frame, rate, drop), rate) == (frame, drop)


@pytest.mark.parametrize(
    ("frame", "label"),
    [  # SMPTE ST 12-1: labels 0 and 1 are skipped each minute, but not each tenth
        (0, "00:00:00;00"),
        (1799, "00:00:59;29"),
        (1800, "00:01:00;02"),
        (17981, "00:09:59;29"),
        (17982, "00:10:00;00"),
        (107892, "01:00:00;00"),
    ],
)
def test_drop_frame_labels_follow_the_standard(frame, label):
    assert timecode(frame, Rate.parse("30000/1001"), drop=True) == label


def test_drop_frame_at_59_94_skips_four_labels():
    assert timecode(3600, Rate.parse("60000/1001"), drop=True) == "00:01:00;04"


def test_an_hour_of_23_976_counts_86400_frames_not_86314():
    assert timecode(86400, Rate.parse("24000/1001")) == "01:00:00:00"


@pytest.mark.parametrize("text", ["23.976", "0/1", "24/0", "", "a", "-24", "24/"])
def test_a_rate_that_is_not_exact_is_refused(text):
    with pytest.raises(ValueError):
        Rate.parse(text)


@pytest.mark.parametrize("label", ["00:00:60:00", "24:00:00:00", "00:00:00:24", "1:00:00:00", "00:00:00;00", "x"])
def test_labels_that_do_not_exist_at_24_are_refused(label):
    with pytest.raises(ValueError):
        frames_of(label, Rate.parse("24"))


def test_a_label_that_drop_frame_skips_is_refused():
    with pytest.raises(ValueError, match="skips"):
        frames_of("00:01:00;00", Rate.parse("30000/1001"))


def test_a_clock_starts_where_the_file_does():
    clock = Clock(Rate(Fraction(24)), "01:00:00:00")
    assert clock.label(0) == "01:00:00:00"
    assert clock.label(24 * 60 + 1) == "01:01:00:01"


@pytest.mark.parametrize(("first", "end"), [(-1, 3), (3, 3), (4, 3)])
def test_empty_and_negative_spans_are_refused(first, end):
    with pytest.raises(ValueError):
        Span(first, end)


@given(st.lists(spans, max_size=12))
def test_joined_and_missing_spans_split_the_whole(parts):
    whole = Span(0, 400)
    seen = {frame for span in join(parts) for frame in range(span.first, span.end)}
    unseen = {frame for span in missing(parts, whole) for frame in range(span.first, span.end)}
    assert seen == {frame for span in parts for frame in range(span.first, span.end)}
    assert unseen == set(range(400)) - seen
    joined = join(parts)
    assert all(a.end < b.first for a, b in itertools.pairwise(joined))


@given(spans, spans)
def test_overlap_counts_shared_frames(a, b):
    assert a.overlap(b) == len(set(range(a.first, a.end)) & set(range(b.first, b.end)))
