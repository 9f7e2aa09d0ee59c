"""Marks in words: what is stated, how good it is, whether it holds, and never more than was found."""

from __future__ import annotations

import pytest

from cleancut.adapters import words_marks as told
from cleancut.model.marks import Action, Ingredient, Mark, Told

TYPE = "trainedAlgorithmicMedia"
SIGNED = Mark(
    *("trusted", "c2pa", (TYPE,), "Harbour 3", "Trust"),
    grade="signed",
    generative="yes",
    trust="trusted",
)


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        (None, "marks were not read"),
        (Mark("none", "c2pa", note="no mark found"), "no mark found"),
        (
            SIGNED,
            f"valid mark, signer trusted (C2PA, signed), states generative AI ({TYPE}), by Harbour 3, signed by Trust",
        ),
        (
            Mark("valid", "c2pa", grade="signed", trust="not_checked", where="sidecar a.c2pa"),
            "valid mark, no trust list to check the signer by (C2PA, signed) in sidecar a.c2pa, states no source type",
        ),
        (
            Mark("invalid", "c2pa", grade="signed", trust="untrusted", note="claim.missing"),
            "invalid mark, signer not on the trust list (C2PA, signed), states no source type (claim.missing)",
        ),
        (
            Mark("unsigned", "xmp", ("composite",), grade="embedded", generative="unsure", where="XMP in PNG"),
            "mark (XMP, embedded, not signed) in XMP in PNG, leaves open whether generative AI was used (composite)",
        ),
        (
            Mark("unreadable", "c2pa", note="remote manifest named, not fetched: http://a/b"),
            "mark could not be read (remote manifest named, not fetched: http://a/b)",
        ),
    ],
)
def test_a_mark_in_words(mark: Mark | None, says: str) -> None:
    assert told.mark(mark) == says


def test_what_a_mark_tells_closer() -> None:
    mark = Mark(
        *("valid", "c2pa"),
        tools=("ComfyUI",),
        actions=(
            Action("c2pa.created", "trainedAlgorithmicMedia", "Dream Harbour 3", "plate.png"),
            Action("c2pa.opened"),
        ),
        ingredients=(Ingredient("plate.png", "parentOf", "yes"), Ingredient("", "inputTo")),
        told=Told(("a boat",), (), ("tide",), tuple(str(seed) for seed in range(9))),
    )
    assert dict(told.details(mark, show_prompts=True)) == {
        "Tool named": "ComfyUI",
        "Models": "tide",
        "Seeds": "0; 1; 2; 3; 4; and 4 more",
        "Prompts": "a boat",
        "Actions": "c2pa.created (trainedAlgorithmicMedia, by Dream Harbour 3, in plate.png); c2pa.opened",
        "Ingredients": "plate.png (what it was made from, states generative AI); without a title (an input to it)",
    }
    assert dict(told.details(mark, show_prompts=False))["Prompts"] == "left out"
