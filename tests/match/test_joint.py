"""Key frames that each have too few features of a material show it together, and chance shows nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.match import propose as proposing
from cleancut.match.agree import MINIMUM_INLIERS, Hit
from cleancut.match.catalogue import Catalogue, Volume
from cleancut.match.features import LENGTH, Descriptors, Features
from cleancut.match.geometry import MIRROR, Affine, apply, compose
from cleancut.match.joint import KEY_FRAMES, MOST, Joint, Votes
from cleancut.match.sketch import Keys

COUNT, EVERY = 300, 12  # features of a material; frames from one key frame of the master to the next
SMALL: Affine = np.array([[0.15, -0.02, 0.7], [0.02, 0.15, 0.3]])
OTHER, SHOWN = 0, 2  # materials of the register: the one that is shown lies on a shelf of its own

Dice = np.random.Generator


def described(dice: Dice, count: int) -> Descriptors:
    raw = dice.gamma(0.5, 1.0, (count, 128))
    return np.minimum(np.rint(LENGTH * np.sqrt(raw / raw.sum(axis=1, keepdims=True))), 255).astype(np.uint8)


def laid(dice: Dice, count: int) -> np.ndarray:
    return (dice.random((count, 2)) * [1.0, 0.5625]).astype(np.float32)


def still(seed: int) -> Features:
    dice = np.random.default_rng(seed)
    return Features(laid(dice, COUNT), described(dice, COUNT))


def clip() -> list[tuple[int, Features]]:
    """Of three key frames: the first half of its features shows in all, a quarter in the second and third only, the
    last quarter in the third."""
    whole = still(3)
    shown = [np.arange(COUNT // 2), np.arange(3 * COUNT // 4), np.arange(COUNT)]
    return [(24 * n, Features(whole.points[of], whole.descriptors[of])) for n, of in enumerate(shown)]


PLACES, KNOWN = still(3).points, still(3).descriptors
CATALOGUE = Catalogue.of(
    [
        (Volume.of([Keys.of([(0, still(1))]), Keys.of([(0, still(2))])]), np.array([1, OTHER])),
        (Volume.of([Keys.of(clip())]), np.array([SHOWN])),
    ]
)


@pytest.fixture
def dice() -> Dice:
    return np.random.default_rng(11)


def votes(dice: Dice, number: int, true: int, chance: int, affine: Affine = SMALL, first: int | None = None) -> Votes:
    """Of the key frame of that number: so many of its features show the material, from the `first` on, and so many only
    seem to; as many seem to show another. None of them is that of another key frame."""
    start = number * 20 if first is None else first
    shown, seem = np.arange(start, start + true), np.arange(start + true, start + true + chance)
    points = np.concatenate([dice.random((chance, 2)), apply(affine, PLACES[shown]), dice.random((chance, 2))])
    materials = np.repeat([OTHER, SHOWN], [chance, true + chance])
    return Votes(number * EVERY, materials, np.concatenate([seem, shown, seem]), points.astype(np.float32))


def together(one: Votes, other: Votes) -> Votes:
    """The votes of both, of one material, as those of one key frame."""
    pairs = ((getattr(one, name), getattr(other, name)) for name in ("materials", "features", "points"))
    return Votes(one.frame, *(np.concatenate(pair) for pair in pairs))


def told(frames: Sequence[Votes], found: Sequence[set[int]] = ()) -> list[Hit]:
    joint = Joint(CATALOGUE)
    joint.begin((0, 1_000))
    known = list(found) + [set[int]()] * (len(frames) - len(found))
    return [hit for one, mine in zip(frames, known, strict=True) for hit in joint.of(one, mine)]


def parts(dice: Dice, counts: Sequence[int], *, is_mirrored: bool = False) -> list[Keys]:
    """Of a master's sketch, of one key frame each, that have so many features of the material and forty others."""
    made = []
    for number, count in enumerate(counts):
        shown = np.arange(number * 20, number * 20 + count)
        places = np.concatenate([apply(SMALL, PLACES[shown]), dice.random((40, 2))]).astype(np.float32)
        features = Features(places, np.concatenate([KNOWN[shown], described(dice, 40)]))
        keys = Keys.of([(number * EVERY, features.mirrored() if is_mirrored else features)])
        made.append(replace(keys, part=(number * EVERY, (number + 1) * EVERY)))
    return made


def test_two_features_a_key_frame_are_enough_in_four(dice: Dice) -> None:
    (hit,) = told([votes(dice, number, 2, 2) for number in range(4)])
    assert hit.material == SHOWN
    assert np.allclose(hit.affine, SMALL, atol=0.01)
    assert hit.keys >= 3
    assert hit.inliers >= MINIMUM_INLIERS


def test_a_hit_is_of_the_key_frame_with_the_most(dice: Dice) -> None:
    (hit,) = told([votes(dice, 0, 2, 2), votes(dice, 1, 4, 1)])
    assert (hit.frame, hit.keys) == (EVERY, 2)
    (hit,) = told([votes(dice, 0, 4, 1), votes(dice, 1, 2, 2)])
    assert (hit.frame, hit.keys) == (0, 2)


@pytest.mark.parametrize(("first", "frame"), [(0, 0), (COUNT // 2 + 10, 24), (3 * COUNT // 4 + 10, 48)])
def test_a_hit_names_the_moment_that_shows_what_is_seen(dice: Dice, first: int, frame: int) -> None:
    (hit,) = told([votes(dice, number, 4, 0, first=first + 5 * number) for number in range(2)])
    assert hit.material_frame == frame


def test_where_what_recurs_does_not_tell_the_rest_does(dice: Dice) -> None:
    """Two features that are there throughout, and two that come with the last moment."""
    lasting, late = votes(dice, 1, 2, 0, first=0), votes(dice, 1, 2, 0, first=COUNT - 10)
    (hit,) = told([votes(dice, 0, 3, 3, first=20), together(lasting, late)])
    assert (hit.frame, hit.material_frame) == (EVERY, 48)


@pytest.mark.parametrize("true", [0, 1])
def test_what_few_agree_on_is_nothing(dice: Dice, true: int) -> None:
    assert not told([votes(dice, number, true, 5) for number in range(4)])


def test_key_frames_too_far_apart_are_not_joined(dice: Dice) -> None:
    nothing = [votes(dice, number, 0, 0) for number in range(1, KEY_FRAMES)]
    first = votes(dice, 0, 4, 1)
    assert told([first, *nothing[:-1], votes(dice, KEY_FRAMES - 1, 4, 1)])
    assert not told([first, *nothing, votes(dice, KEY_FRAMES, 4, 1)])


@pytest.mark.parametrize(
    ("told_of", "hits"), [([(0, 24), (24, 48)], 1), ([(0, 24), (30, 54)], 0), ([None, None], 0), ([(0, 24), None], 0)]
)
def test_what_does_not_follow_is_not_joined(dice: Dice, told_of: list[tuple[int, int] | None], hits: int) -> None:
    joint = Joint(CATALOGUE)

    def found() -> Iterator[Hit]:
        for number, part in enumerate(told_of):
            joint.begin(part)
            yield from joint.of(votes(dice, number, 4, 1), set())

    assert len(list(found())) == hits


def test_the_same_pairs_again_are_no_evidence(dice: Dice) -> None:
    first = votes(dice, 0, 3, 2)
    again = [Votes(number * EVERY, first.materials, first.features, first.points) for number in range(1, 4)]
    assert not told([first, *again])


def test_one_key_frame_alone_is_left_to_others(dice: Dice) -> None:
    """Also where the one before has votes for it, which agree on nothing."""
    assert not told([votes(dice, 0, 12, 0), votes(dice, 1, 0, 8)])
    assert not told([votes(dice, 0, 0, 3), votes(dice, 1, 8, 0)])


def test_what_the_last_key_frames_have_found_is_not_told_again(dice: Dice) -> None:
    frames = [votes(dice, number, 4, 1) for number in range(5)]
    assert [hit.frame for hit in told(frames[:2])] == [0]
    assert not told(frames[:4], [{SHOWN}])
    assert len(told(frames, [{SHOWN}])) == 1  # the first is out of reach


def test_the_likest_of_many_are_looked_into(dice: Dice) -> None:
    """They come first; what repeats itself has hundreds of votes."""
    few, many = votes(dice, 0, 4, 1), votes(dice, 1, 4, 200 - 4)
    assert told([few, many])
    order = np.concatenate([np.arange(200 - 4), np.arange(200 - 4, 400 - 4)[::-1]])
    unlike = Votes(many.frame, many.materials, many.features[order], many.points[order])
    assert MOST < 200 - 4
    assert not told([few, unlike])


def test_few_may_agree_on_any_turn_by_chance(dice: Dice) -> None:
    """A map that stands on its side needs more, and takes nothing from one that is upright."""
    turned: Affine = np.array([[0.0, -0.3, 0.5], [0.3, 0.0, 0.1]])
    aside = [votes(dice, number, 4 - number, 0, turned, first=100 + 10 * number) for number in range(2)]
    upright = [votes(dice, number, 3, 0) for number in range(2)]
    assert not told([together(one, votes(dice, one.frame // EVERY, 0, 2)) for one in aside])
    (hit,) = told([together(*pair) for pair in zip(upright, aside, strict=True)])
    assert np.allclose(hit.affine, SMALL, atol=0.01)
    assert told([votes(dice, number, 5, 2, turned) for number in range(2)])


@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("queries", [1, 1 << 17])
def test_parts_that_are_searched_apart_are_joined(
    dice: Dice, monkeypatch: pytest.MonkeyPatch, *, queries: int, is_mirrored: bool
) -> None:
    monkeypatch.setattr(proposing, "QUERIES", queries)
    batches = list(proposing.propose(parts(dice, [3] * 4, is_mirrored=is_mirrored), CATALOGUE))
    assert len(batches) == (4 if queries == 1 else 1)
    (hit,) = (hit for _, some in batches for hit in some)
    assert hit.material == SHOWN
    assert np.allclose(hit.affine, compose(MIRROR, SMALL) if is_mirrored else SMALL, atol=0.01)


def test_what_one_key_frame_has_enough_of_is_told_once(dice: Dice) -> None:
    (hit,) = (hit for _, some in proposing.propose(parts(dice, (12, 3, 3)), CATALOGUE) for hit in some)
    assert (hit.frame, hit.keys) == (0, 1)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 2.0), st.floats(-3.1, 3.1), st.floats(-0.5, 0.5), st.integers(8, 11))
def test_any_turn_and_size_is_seen(seed: int, size: float, turn: float, aside: float, true: int) -> None:
    """Two thirds of what votes agrees, in two key frames."""
    cosine, sine = size * np.cos(turn), size * np.sin(turn)
    affine = np.array([[cosine, -sine, aside], [sine, cosine, -aside]])
    dice = np.random.default_rng(seed)
    order = dice.permutation(COUNT)
    frames = []
    for number in range(2):
        shown, seem = order[40 * number :][:true], order[40 * number + 20 :][: true // 2]
        points = np.concatenate([apply(affine, PLACES[shown]), dice.random((len(seem), 2))]).astype(np.float32)
        frames.append(Votes(number * EVERY, np.full(len(points), SHOWN), np.concatenate([shown, seem]), points))
    hits = told(frames)
    assert hits
    assert np.allclose(hits[0].affine, affine, atol=0.1 * size)
