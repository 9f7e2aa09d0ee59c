"""The reference engine keeps the contract of its port, and finds what moves and what is turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest

from cleancut.match.engine import ReferenceEngine
from cleancut.match.picture import Frame, Luma
from cleancut.model.findings import Finding
from cleancut.model.material import Material
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
    engine = ReferenceEngine()
    film = [*scene(2, 48), *(edit(i, of[24 + i]) for i in range(72)), *scene(3, 48)]
    sketch = [engine.sketch(list(enumerate(framed(film))), 0, RATE)]
    material = Material("clip", "0" * 64, "clip", len(of), WIDTH, HEIGHT)
    return engine.find(sketch, RATE, [(material, engine.fingerprint(framed(of), "clip"))], Silence())


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

    engine, clip = ReferenceEngine(), panned(4)
    noise = np.random.default_rng(5)
    shown = [np.clip(frame + noise.normal(0, 4, frame.shape), 0, 255).astype(np.uint8) for frame in clip[first:end]]
    sketch = [engine.sketch(list(enumerate(framed([*panned(5), *shown, *panned(6)]))), 0, RATE)]
    material = Material("clip", "0" * 64, "clip", len(clip), WIDTH, HEIGHT)
    (seen,) = engine.find(sketch, RATE, [(material, engine.fingerprint(framed(clip), "clip"))], Silence())
    assert seen.kind == "match"
    assert abs(seen.span.first - 40) <= 1
    assert abs(seen.span.end - (40 + end - first)) <= 1
