"""The reference engine keeps the contract of its port, and finds what moves and what is turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest

from cleancut.match.engine import ReferenceEngine
from cleancut.match.picture import Frame, Luma
from cleancut.model.findings import Finding
from cleancut.model.material import Material, MaterialKind
from cleancut.model.timing import Span
from cleancut.ports import PictureEngine
from cleancut.testing import PictureEngineContract
from cleancut.testing.fakes import Silence
from cleancut.testing.pictures import RATE, framed, scene

WIDTH, HEIGHT = 320, 180


class TestReferenceEngine(PictureEngineContract):
    @pytest.fixture
    def engine(self) -> PictureEngine:
        return ReferenceEngine(2)


def test_it_works_in_one_thread_and_leaves_the_number_as_it_was() -> None:
    before, seen = cv2.getNumThreads(), []

    def told() -> Iterator[Frame]:
        for frame in framed(scene(1, 24)):
            seen.append(cv2.getNumThreads())
            yield frame

    cv2.setNumThreads(2)
    try:
        ReferenceEngine().fingerprint(told(), "clip")
        assert set(seen) == {1}
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)


def found(edit: Callable[[int, Luma], Luma], of: Sequence[Luma]) -> tuple[Finding, ...]:
    """What is found of the frames [24, 96) of a clip, edited, in frames [48, 120) of a film."""
    return seen_in([*scene(2, 48), *(edit(i, of[24 + i]) for i in range(72)), *scene(3, 48)], of, "clip")


@pytest.fixture(scope="module")
def clip() -> list[Luma]:
    return scene(1, 120)


def window(picture: Luma, x: float, y: float, width: float) -> Luma:
    """What a camera sees that looks at a part of the picture."""
    scale = WIDTH / width
    view = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    return np.asarray(cv2.warpAffine(picture, view, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR), dtype=np.uint8)


def turned(degrees: float) -> Callable[[int, Luma], Luma]:
    view = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.0)
    return lambda _, picture: np.asarray(cv2.warpAffine(picture, view, (WIDTH, HEIGHT)), dtype=np.uint8)


EDITS: dict[str, Callable[[int, Luma], Luma]] = {
    "pan": lambda i, picture: window(picture, 1.0 * i, 0.4 * i, 230),
    "zoom": lambda i, picture: window(picture, 0.6 * i, 0.35 * i, WIDTH - 1.8 * i),
    "shake": lambda i, picture: window(picture, 20 + 6 * np.sin(1.3 * i), 10 + 5 * np.cos(0.9 * i), 280),
    "upside down": turned(180),
    "quarter turn": turned(90),
    "turned and mirrored": lambda i, picture: turned(180)(i, picture[:, ::-1].copy()),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_clip_is_found_however_the_camera_looks_at_it(name: str, clip: list[Luma]) -> None:
    (seen,) = found(EDITS[name], clip)
    assert seen.kind == "match"
    assert abs(seen.span.first - 48) <= 1
    assert abs(seen.span.end - 120) <= 1
    assert seen.material_span is not None
    assert abs(seen.material_span.first - 24) <= 2
    assert seen.transform.speed == pytest.approx(1.0, abs=0.05)


def test_the_speed_of_a_clip_that_pans_is_told(clip: list[Luma]) -> None:
    def pan(i: int, _: Luma) -> Luma:
        return window(clip[i // 2 + 24], 1.0 * i, 0.4 * i, 230)

    (seen,) = found(pan, clip)
    assert seen.kind == "match"
    assert seen.transform.speed == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("across", "down"), [(2.0, 1.0), (-2.0, 1.0), (1.0, 0.0), (3.0, -1.0), (0.5, 0.5)])
@pytest.mark.parametrize(("first", "end"), [(0, 40), (0, 30), (12, 40), (6, 34)])
def test_a_clip_that_pans_is_found_from_its_first_frame_to_its_last(
    across: float, down: float, first: int, end: int
) -> None:
    """A frame earlier and a little aside, it looks all but the same."""

    def panned(seed: int) -> list[Luma]:
        (wide,) = scene(seed, 1, 2 * WIDTH, 2 * HEIGHT)
        places = [(120.0 + across * i, 60.0 + down * i) for i in range(40)]
        return [cv2.getRectSubPix(wide, (WIDTH, HEIGHT), (x + WIDTH / 2, y + HEIGHT / 2)) for x, y in places]

    clip = panned(4)
    noise = np.random.default_rng(5)
    shown = [np.clip(frame + noise.normal(0, 4, frame.shape), 0, 255).astype(np.uint8) for frame in clip[first:end]]
    (seen,) = seen_in([*panned(5), *shown, *panned(6)], clip, "clip")
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - (40 + end - first)) <= 1


AGAIN = [
    ("clip", 3, (0, 33), 1),
    *(("clip", between, starts, 2) for between in (8, 12, 20) for starts in ((0, 0), (0, 42), (20, 60))),
    ("still", 3, (0, 0), 1),
    *(("still", between, (0, 0), 2) for between in (8, 12, 20)),
]


@pytest.mark.parametrize(("kind", "between", "starts", "times"), AGAIN)
def test_what_is_shown_again_after_a_moment_is_told_apart(
    kind: MaterialKind, between: int, starts: tuple[int, int], times: int
) -> None:
    """Not what goes on after a flash."""
    of = SLOW if kind == "clip" else SLOW[:1]
    film, truth = shown_twice(SLOW if kind == "clip" else SLOW[:1] * 40, starts, between)
    seen = seen_in(film, of, kind)
    whole = [(truth[0][0], truth[1][1])]
    assert len(seen) == times
    assert all(one.kind == "match" for one in seen)
    for one, (first, end) in zip(seen, truth if times == 2 else whole, strict=True):
        assert abs(one.span.first - first) <= 1
        assert abs(one.span.end - end) <= 1


@pytest.mark.parametrize("starts", [(0, 0), (60, 0), (20, 60), (0, 42), (70, 0)])
def test_a_clip_that_begins_again_or_jumps_is_told_piece_by_piece(starts: tuple[int, int]) -> None:
    """And not as one at some speed that fits neither."""
    clip = scene(4, 100)
    film, truth = shown_twice(clip, starts, 0)
    told = [(one.kind, one.span.first, one.span.end, one.material_span) for one in seen_in(film, clip, "clip")]
    lasts = [end - first for first, end in truth]
    spans = [Span(start, start + count) for start, count in zip(starts, lasts, strict=True)]
    assert told == [("match", *at, span) for at, span in zip(truth, spans, strict=True)]


def test_a_clip_that_is_looped_is_told_each_time() -> None:
    clip = scene(4, 30)
    seen = seen_in([*scene(2, 30), *(clip * 4), *scene(3, 30)], clip, "clip")
    told = [(one.kind, one.span, one.material_span) for one in seen]
    assert told == [("match", Span(first, first + 30), Span(0, 30)) for first in (30, 60, 90, 120)]


def test_of_a_long_clip_too_moments_that_lie_far_apart_are_told() -> None:
    """Not all of its frames are compared with the master."""
    clip = [*scene(4, 100), *scene(7, 500), *scene(8, 100)]
    seen = seen_in([*scene(2, 30), *clip[20:60], *clip[640:680], *scene(3, 30)], clip, "clip")
    told = [(one.kind, one.span, one.material_span) for one in seen]
    assert told == [("match", Span(30, 70), Span(20, 60)), ("match", Span(70, 110), Span(640, 680))]


@pytest.mark.parametrize(("across", "starts"), [(0.3, (0, 0)), (0.3, (60, 0)), (1.2, (0, 0)), (1.2, (20, 60))])
def test_the_pieces_of_a_clip_that_pans_are_told(across: float, starts: tuple[int, int]) -> None:
    """Any moment of it fits a little aside, so that which one is shown may be told a little wrong."""
    clip = panning(across)
    film, truth = shown_twice(clip, starts, 0)
    seen = seen_in(film, clip, "clip")
    assert [one.kind for one in seen] == ["match", "match"]
    for one, (first, end), start in zip(seen, truth, starts, strict=True):
        assert one.transform.speed == pytest.approx(1.0, abs=0.05)
        assert abs(one.span.first - first) <= 1
        assert abs(one.span.end - end) <= 1
        assert one.material_span is not None
        assert abs(one.material_span.first - start) <= 10


@pytest.mark.parametrize(("start", "count"), [(60, 30), (60, 40), (20, 30), (42, 40)])
def test_of_a_clip_that_pans_the_moment_is_told_at_which_it_fills_the_picture(start: int, count: int) -> None:
    """At others it fits as well, in what is left of it in the picture."""
    clip = panning(1.2)
    (seen,) = seen_in([*scene(2, 30), *clip[start:][:count], *scene(3, 30)], clip, "clip")
    assert seen.material_span is not None
    assert abs(seen.material_span.first - start) <= 1
    assert seen.span == Span(30, 30 + count)


def panning(across: float) -> list[Luma]:
    """A hundred frames of a camera that pans by so many pixels a frame."""
    (wide,) = scene(4, 1, 2 * WIDTH, 2 * HEIGHT)
    places = [(WIDTH / 2 + 80 + across * i, HEIGHT / 2 + 50) for i in range(100)]
    return [np.asarray(cv2.getRectSubPix(wide, (WIDTH, HEIGHT), place), dtype=np.uint8) for place in places]


SLOW = panning(0.3)


def shown_twice(
    clip: Sequence[Luma], starts: tuple[int, int], between: int
) -> tuple[list[Luma], list[tuple[int, int]]]:
    """A film that shows 30 frames of a clip, some of other footage, and 40 more of the clip; and where they are."""
    other = scene(6, between) if between else []
    film = [*scene(2, 30), *clip[starts[0] :][:30], *other, *clip[starts[1] :][:40], *scene(3, 30)]
    return film, [(30, 60), (60 + between, 100 + between)]


def seen_in(film: Sequence[Luma], of: Sequence[Luma], kind: MaterialKind) -> tuple[Finding, ...]:
    engine = ReferenceEngine()
    sketch = [engine.sketch(list(enumerate(framed(film))), 0, RATE)]
    material = Material("it", "0" * 64, kind, len(of), WIDTH, HEIGHT)
    return engine.find(sketch, RATE, [(material, engine.fingerprint(framed(of), kind))], Silence())
