"""What is another since an earlier check: nothing gone that may be there, nothing compared in silence."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleancut.errors import FieldError
from cleancut.model.changes import Changes, FindingChange
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Engine, Finding, Scan, Unexamined
from cleancut.model.material import Material
from cleancut.model.past import PastVerdict, past_verdict
from cleancut.model.timing import Clock, Rate, Span
from cleancut.model.verdict import Attributed, Verdict
from cleancut.rules.changes import changes_since
from outputs import sample, sounding

NAMES = ("a.png", "b.mp4", "c.mp4")


def material(name: str) -> Material:
    kind = "still" if name.endswith("png") else "clip"
    return replace(sample.material(name, kind), digest=f"sha256:{name[0] * 64}")


def found(name: str, first: int, end: int, **more: Any) -> Finding:
    part = {"material_span": None} if name.endswith("png") else {}
    return sample.finding(name, first, end, **{**part, **more})


def check(
    *findings: Finding, names: tuple[str, ...] = NAMES, change: Callable[[Scan], Scan] | None = None, **more: Any
) -> PastVerdict:
    """A check that found these, read back from what it writes."""
    scan = sample.scan_of(*findings, hears=True, **more)
    return past(verdict_of(change(scan) if change else scan, names))


def verdict_of(scan: Scan | None, names: tuple[str, ...] = NAMES) -> Verdict:
    """As judged without a scan, which is quicker, with the findings of this one."""
    found = enumerate(scan.findings if scan else ())
    attributed = tuple(Attributed(place, "declared_final", (item.material,)) for place, item in found)
    return replace(judged(names), scan=scan, attributed=attributed)


@cache
def judged(names: tuple[str, ...]) -> Verdict:
    uses = tuple(sample.use(name, name, sample.FINAL, material=(name,)) for name in names)
    dossier = Dossier("cleancut/dossier/1", sample.title(), uses, tools=sample.TOOLS)
    return sample.judged(dossier, tuple(map(material, names)))


def past(verdict: Verdict) -> PastVerdict:
    return past_verdict(json.loads(json.dumps(verdict.record())))


def only(changes: Changes) -> FindingChange:
    (change,) = changes.findings
    return change


# --- what became of a finding -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [sample.production, sample.hostile, sample.nothing, sounding.production])
def test_the_same_check_twice_has_no_change(make: Callable[[], Verdict]) -> None:
    verdict = past(make())
    changes = changes_since(verdict, verdict)
    assert changes.is_none or not verdict.rate
    assert changes.same == len(verdict.findings)
    assert (changes.findings, changes.uses) == ((), ())


def test_new_and_gone() -> None:
    changes = changes_since(check(found("a.png", 10, 50)), check(found("b.mp4", 100, 140)))
    assert [(change.kind, change.material, change.why) for change in changes.findings] == [
        ("gone", "a.png", ""),
        ("new", "b.mp4", ""),
    ]
    assert changes.findings[1].says == "new at 01:00:04:04 to 01:00:05:20"


def test_a_recut_moves_all_behind_it() -> None:
    before = check(found("a.png", 10, 50), found("b.mp4", 100, 140), found("b.mp4", 300, 340), found("a.png", 700, 740))
    after = check(found("a.png", 10, 50), found("b.mp4", 76, 116), found("b.mp4", 276, 316), found("a.png", 676, 716))
    changes = changes_since(before, after)
    assert changes.same == 1
    assert [(change.kind, change.by_frames) for change in changes.findings] == [("moved", -24)] * 3
    assert changes.findings[0].says == "moved to 01:00:03:04 to 01:00:04:20; 24 frames earlier, was at 01:00:04:04"


def test_a_trim_is_a_change_and_says_how_long() -> None:
    part = {"material_span": Span(8, 36)}
    change = only(changes_since(check(found("b.mp4", 100, 140)), check(found("b.mp4", 100, 128, **part))))
    assert (change.kind, change.by_frames) == ("changed", 0)
    assert next((d.field, d.before, d.after) for d in change.differences) == ("length", "40 frames", "28 frames")


def test_a_boundary_that_is_one_frame_off_is_the_same() -> None:
    changes = changes_since(check(found("b.mp4", 100, 140)), check(found("b.mp4", 101, 139)))
    assert (changes.findings, changes.same) == ((), 1)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "related"}, "class"),
        ({"transform": sample.Transform(1.25, False, 1.0)}, "speed"),
        ({"transform": sample.Transform(1.0, True, 1.0)}, "mirror"),
        ({"region": sample.POSTER_REGION}, "region"),
    ],
)
def test_what_else_can_be_another(more: dict[str, Any], field: str) -> None:
    change = only(changes_since(check(found("b.mp4", 100, 140)), check(found("b.mp4", 100, 140, **more))))
    assert change.kind == "changed"
    assert field in {difference.field for difference in change.differences}


def test_a_renamed_file_is_the_same_material() -> None:
    scan = sample.scan_of(found("b.mp4", 100, 140), hears=True)
    renamed = sample.scan_of(found("b_v2.mp4", 100, 140), hears=True)
    uses = (sample.use("b", "B", sample.FINAL, material=("b*.mp4",)),)
    dossier = Dossier("cleancut/dossier/1", sample.title(), uses, tools=sample.TOOLS)
    before = past(sample.judged(dossier, (material("b.mp4"),), scan))
    after = past(sample.judged(dossier, (replace(material("b.mp4"), name="b_v2.mp4"),), renamed))
    changes = changes_since(before, after)
    assert [(d.field, d.before, d.after) for d in only(changes).differences] == [("material", "b.mp4", "b_v2.mp4")]
    assert changes.caveats == ()


# --- what cannot be said ----------------------------------------------------------------------------------------------

GAP = Unexamined(Span(1200, 1230), "damaged")


def unseen(scan: Scan) -> Scan:
    return replace(scan, coverage=replace(scan.coverage, picture_missing=(GAP,)))


def other_engine(scan: Scan) -> Scan:
    return replace(scan, engine=Engine("features", "2", {"step": 4}))


def other_settings(scan: Scan) -> Scan:
    return replace(scan, engine=Engine("features", "1", {"step": 8}))


@pytest.mark.parametrize(
    ("change", "names", "why"),
    [
        (unseen, NAMES, "not all of the picture was examined now"),
        (other_engine, NAMES, "another engine looked"),
        (other_settings, NAMES, "another engine looked"),
        (None, NAMES[1:], "it is not registered now"),
    ],
)
def test_what_may_still_be_there_is_never_gone(change: Any, names: tuple[str, ...], why: str) -> None:
    told = only(changes_since(check(found("a.png", 10, 50)), check(names=names, change=change)))
    assert (told.kind, told.why) == ("unsure", why)
    assert "not to say gone" in told.says


def test_material_that_could_not_be_looked_for_is_not_gone() -> None:
    after = check(material_missing=(sample.UnexaminedMaterial("a.png", "damaged"),))
    told = only(changes_since(check(found("a.png", 10, 50)), after))
    assert (told.kind, told.why) == ("unsure", "it could not be looked for now")


def test_without_a_deliverable_nothing_is_gone() -> None:
    changes = changes_since(check(found("a.png", 10, 50)), past(verdict_of(None)))
    assert only(changes).kind == "unsure"
    assert [(caveat.about, caveat.says) for caveat in changes.caveats[:1]] == [
        ("scan", "no deliverable was examined now")
    ]


def test_sound_that_nobody_listened_for_is_not_gone() -> None:
    def deaf(scan: Scan) -> Scan:
        return replace(scan, sound_engine=None)

    before = check(sounding.sound("b.mp4", 1, 3, 0), names=NAMES)
    told = only(changes_since(before, check(change=deaf)))
    assert (told.kind, told.why) == ("unsure", "one of the two did not listen")


@pytest.mark.parametrize(
    ("change", "names", "why"),
    [
        (unseen, NAMES, "not all of the picture was examined then"),
        (other_engine, NAMES, "another engine looked"),
        (None, NAMES[1:], "it was not registered then"),
    ],
)
def test_what_may_have_been_there_is_new_and_says_so(change: Any, names: tuple[str, ...], why: str) -> None:
    told = only(changes_since(check(names=names, change=change), check(found("a.png", 10, 50))))
    assert (told.kind, told.why) == ("new", why)


def test_a_changed_engine_register_rate_or_pack_is_said() -> None:
    def slower(scan: Scan) -> Scan:
        return replace(scan, master=replace(scan.master, clock=Clock(Rate.parse("25/1"), "01:00:00:00")))

    before, after = check(), check(names=(*NAMES[1:], "d.mp4"), change=lambda scan: slower(other_engine(scan)))
    other_content = replace(after, materials={**after.materials, "b.mp4": "sha256:" + "0" * 64})
    other_rules = replace(other_content, packs={"netflix": "2 sha256:ff"})
    said = {(caveat.about, caveat.says.partition(":")[0]) for caveat in changes_since(before, other_rules).caveats}
    assert said == {
        ("rate", "frames are compared, at 24/1 a second then and 25/1 now"),
        ("engine", "features 1 (step 4) then, features 2 (step 4) now"),
        ("register", "a.png"),
        ("register", "b.mp4"),
        ("register", "d.mp4"),
        ("rules", "pack netflix"),
    }


# --- uses -------------------------------------------------------------------------------------------------------------


def test_uses_that_are_new_gone_or_stand_otherwise() -> None:
    before = past(verdict_of(sample.scan_of(hears=True), ("a.png", "b.mp4")))
    after = past(verdict_of(sample.scan_of(hears=True), ("b.mp4", "c.mp4")))
    eased = replace(after, uses={**after.uses, "b.mp4": replace(after.uses["b.mp4"], word="clear")})
    changes = changes_since(before, eased)
    assert [(use.use, use.before, use.after) for use in changes.uses] == [
        ("b.mp4", before.uses["b.mp4"].word, "clear"),
        ("c.mp4", "", after.uses["c.mp4"].word),
        ("a.png", before.uses["a.png"].word, ""),
    ]


# --- properties -------------------------------------------------------------------------------------------------------

spans = st.builds(lambda first, frames: (first, first + frames), st.integers(0, 900), st.integers(1, 60))
sightings = st.lists(st.builds(lambda name, span: found(name, *span), st.sampled_from(NAMES), spans), max_size=8)


@cache
def nothing_found() -> dict[str, Any]:
    return verdict_of(sample.scan_of(hears=True)).record()


def with_findings(findings: list[Finding]) -> PastVerdict:
    clock = Clock(Rate.parse("24/1"), "01:00:00:00")
    records = [{**item.record(clock), "attribution": "declared_final", "uses": [item.material]} for item in findings]
    return past_verdict({**nothing_found(), "findings": records})


@given(sightings, sightings)
def test_every_finding_is_told_once_or_is_the_same(old: list[Finding], new: list[Finding]) -> None:
    changes = changes_since(with_findings(old), with_findings(new))
    before = sum(change.before is not None for change in changes.findings)
    after = sum(change.after is not None for change in changes.findings)
    assert (before + changes.same, after + changes.same) == (len(old), len(new))


@given(sightings, sightings)
def test_the_other_way_round_new_is_gone(old: list[Finding], new: list[Finding]) -> None:
    forth = changes_since(with_findings(old), with_findings(new))
    back = changes_since(with_findings(new), with_findings(old))
    kinds = [sorted(change.kind for change in changes.findings) for changes in (forth, back)]
    swapped = {"new": "gone", "gone": "new"}
    assert kinds[0] == sorted(swapped.get(kind, kind) for kind in kinds[1])
    assert forth.same == back.same


@given(sightings, st.permutations(range(8)))
def test_order_of_the_record_is_irrelevant(findings: list[Finding], order: list[int]) -> None:
    shuffled = [findings[i] for i in order if i < len(findings)]
    changes = changes_since(with_findings(findings), with_findings(shuffled))
    assert (changes.findings, changes.same) == ((), len(findings))


@given(sightings, st.integers(2, 500))
def test_a_shift_of_all_moves_all_and_loses_none(findings: list[Finding], shift: int) -> None:
    moved = [replace(item, span=Span(item.span.first + shift, item.span.end + shift)) for item in findings]
    kinds = {change.kind for change in changes_since(with_findings(findings), with_findings(moved)).findings}
    assert kinds <= {"moved", "changed"}


# --- reading back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "cleancut/scan/1"),
        (("findings", 0, "first_frame"), "0"),
        (("findings", 0, "first_frame"), -1),
        (("findings", 0, "end_frame"), 0),
        (("findings", 0, "region"), [["x"]]),
        (("findings", 0, "medium"), "smell"),
        (("findings", 0, "uses"), [1]),
        (("materials",), {}),
        (("uses", 0, "decisions", 0, "pack"), None),
        (("coverage", "picture"), []),
        (("title", "id"), None),
    ],
)
def test_a_record_of_another_form_names_its_place(path: tuple[str | int, ...], value: Any) -> None:
    record = copy.deepcopy(sample.production().record())
    node: Any = record
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    with pytest.raises(FieldError) as refused:
        past_verdict(record)
    assert refused.value.path[: len(path) - 1] == path[:-1]


@pytest.mark.parametrize("record", [None, [], 1, "x", {}])
def test_what_is_no_record_is_refused(record: Any) -> None:
    with pytest.raises(FieldError):
        past_verdict(record)
