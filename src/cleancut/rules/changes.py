"""What is another since an earlier check. Pure, and of two records: the earlier one is never judged anew.

Materials are known by their digest, so a file that was renamed is the same. Two findings of one material are the same
appearance where they lie on the same frames, else where the same part lies elsewhere as long, else where they overlap.
A boundary that is one frame off is the same: two encodes of one cut are found so.

What is missing now is `gone` only where that is established: it was looked for, by the same engine, in a master that
was examined whole. Otherwise it is `unsure`, and says why. What makes the two incomparable is said first, as caveats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from cleancut.model.changes import Caveat, CaveatAbout, ChangeKind, Changes, Difference, FindingChange, UseChange
from cleancut.model.past import PastFinding, PastVerdict

_BOUNDARY = 1  # frames that a boundary may be off by
_CORNER = 0.05  # shares of the frame that a corner may be off by
_NAMED = 5  # materials named in a caveat before they are counted


def changes_since(before: PastVerdict, after: PastVerdict) -> Changes:
    """Everything that is another: caveats, then findings in order of time, then uses in order of the dossier."""
    pairs = _paired(before, after)
    told = [change for change in (_change(before, after, *pair) for pair in pairs) if change]
    told.sort(key=_in_time)
    return Changes(
        since=before.on,
        before=before.word,
        after=after.word,
        same=len(pairs) - len(told),
        findings=tuple(told),
        uses=tuple(_uses(before, after)),
        caveats=tuple(_caveats(before, after)),
    )


# --- which finding is which -------------------------------------------------------------------------------------------

Pair = tuple[PastFinding | None, PastFinding | None]


@dataclass
class _Group:
    """The findings of one material in one medium, then and now, that have no partner yet."""

    old: list[PastFinding]
    new: list[PastFinding]

    def take(self, distance: Callable[[PastFinding, PastFinding], int | None]) -> list[Pair]:
        """Pairs the nearest first; a distance of None is no pair. Ties go to what is earlier."""
        found = [
            (near, i, j)
            for i, old in enumerate(self.old)
            for j, new in enumerate(self.new)
            if (near := distance(old, new)) is not None
        ]
        pairs: list[Pair] = []
        taken_old: set[int] = set()
        taken_new: set[int] = set()
        for _, i, j in sorted(found):
            if i not in taken_old and j not in taken_new:
                taken_old.add(i)
                taken_new.add(j)
                pairs.append((self.old[i], self.new[j]))
        self.old = [old for i, old in enumerate(self.old) if i not in taken_old]
        self.new = [new for j, new in enumerate(self.new) if j not in taken_new]
        return pairs


def _paired(before: PastVerdict, after: PastVerdict) -> list[Pair]:
    """Every finding of both exactly once, alone where it has no counterpart."""
    groups: dict[tuple[str, str], _Group] = {}
    for verdict, is_old in ((before, True), (after, False)):
        for finding in verdict.findings:
            key = (verdict.materials.get(finding.material, finding.material), finding.medium)
            group = groups.setdefault(key, _Group([], []))
            (group.old if is_old else group.new).append(finding)
    pairs: list[Pair] = []
    for group in groups.values():
        for distance in (_same_place, _same_part, _overlap):
            pairs += group.take(distance)
        pairs += [(old, None) for old in group.old]
        pairs += [(None, new) for new in group.new]
    return pairs


def _same_place(old: PastFinding, new: PastFinding) -> int | None:
    off = (abs(old.span.first - new.span.first), abs(old.span.end - new.span.end))
    return sum(off) if max(off) <= _BOUNDARY else None


def _same_part(old: PastFinding, new: PastFinding) -> int | None:
    """The same frames of the material, as long; of a still, as long."""
    if abs(len(old.span) - len(new.span)) > 2 * _BOUNDARY or (old.part is None) != (new.part is None):
        return None
    if old.part and new.part:
        off = (abs(old.part.first - new.part.first), abs(old.part.end - new.part.end))
        if max(off) > 2 * _BOUNDARY:
            return None
    return abs(old.span.first - new.span.first)


def _overlap(old: PastFinding, new: PastFinding) -> int | None:
    shared = old.span.overlap(new.span)
    return -shared if shared else None


# --- what became of it ------------------------------------------------------------------------------------------------


def _change(
    before: PastVerdict, after: PastVerdict, old: PastFinding | None, new: PastFinding | None
) -> FindingChange | None:
    """None where nothing is another."""
    if old and new:
        return _of_both(old, new)
    if new:
        return _told("new", None, new, why=_why_not_then(before, after, new))
    assert old is not None
    why = _why_not_sure(before, after, old)
    return _told("unsure" if why else "gone", old, None, why=why)


def _of_both(old: PastFinding, new: PastFinding) -> FindingChange | None:
    differences = tuple(_differences(old, new))
    is_moved = _same_place(old, new) is None and _same_part(old, new) is not None
    if not (differences or is_moved):
        return None
    shift = new.span.first - old.span.first
    return _told("moved" if is_moved else "changed", old, new, by_frames=shift, differences=differences)


def _told(
    kind: ChangeKind,
    old: PastFinding | None,
    new: PastFinding | None,
    by_frames: int = 0,
    differences: tuple[Difference, ...] = (),
    why: str = "",
) -> FindingChange:
    shown = new or old
    assert shown is not None
    return FindingChange(
        kind=kind,
        material=shown.material,
        medium=shown.medium,
        uses=shown.uses,
        attribution=shown.attribution,
        before=old.place if old else None,
        after=new.place if new else None,
        by_frames=by_frames,
        differences=differences,
        why=why,
    )


def _differences(old: PastFinding, new: PastFinding) -> Iterator[Difference]:
    if old.material != new.material:
        yield Difference("material", old.material, new.material)
    if old.attribution != new.attribution:
        yield Difference("attribution", old.attribution, new.attribution)
    if set(old.uses) != set(new.uses):
        yield Difference("uses", ", ".join(old.uses), ", ".join(new.uses))
    if abs(len(old.span) - len(new.span)) > 2 * _BOUNDARY:
        yield Difference("length", f"{len(old.span)} frames", f"{len(new.span)} frames")
    if _same_place(old, new) is None and _same_part(old, new) is None:
        yield Difference("place", *(f"{f.place.timecode_in} to {f.place.timecode_out}" for f in (old, new)))
    for name in sorted({*old.traits, *new.traits}):
        if old.traits.get(name) != new.traits.get(name):
            yield Difference(name, old.traits.get(name, ""), new.traits.get(name, ""))
    if _is_elsewhere_in_frame(old, new):
        yield Difference("region", *(_corners(f) for f in (old, new)))


def _is_elsewhere_in_frame(old: PastFinding, new: PastFinding) -> bool:
    if len(old.corners) != len(new.corners):
        return True
    pairs = zip(old.corners, new.corners, strict=True)
    return any(abs(a - b) > _CORNER for one, other in pairs for a, b in zip(one, other, strict=True))


def _corners(finding: PastFinding) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in finding.corners)


def _why_not_then(before: PastVerdict, after: PastVerdict, new: PastFinding) -> str:
    """Why it may have been there then, and not found."""
    digest = after.materials.get(new.material, "")
    reasons = []
    if not before.rate:
        reasons.append("no deliverable was examined then")
    elif digest not in before.materials.values():
        reasons.append("it was not registered then")
    elif new.material in before.unlooked:
        reasons.append("it could not be looked for then")
    if before.unseen[new.medium]:
        reasons.append(f"not all of the {new.medium} was examined then")
    return "; ".join([*reasons, *_other_engine(before, after, new)])


def _why_not_sure(before: PastVerdict, after: PastVerdict, old: PastFinding) -> str:
    """Why it may be there now, and was not found; empty where it is established that it is gone."""
    digest = before.materials.get(old.material, "")
    reasons = []
    if not after.rate:
        reasons.append("no deliverable was examined now")
    elif digest not in after.materials.values():
        reasons.append("it is not registered now")
    elif any(after.materials.get(name) == digest for name in after.unlooked) or old.material in after.unlooked:
        reasons.append("it could not be looked for now")
    if after.unseen[old.medium]:
        reasons.append(f"not all of the {old.medium} was examined now")
    return "; ".join([*reasons, *_other_engine(before, after, old)])


def _other_engine(before: PastVerdict, after: PastVerdict, finding: PastFinding) -> Iterator[str]:
    name = "engine" if finding.medium == "picture" else "sound engine"
    if before.engines[name] and after.engines[name] and before.engines[name] != after.engines[name]:
        yield "another engine looked"
    elif finding.medium == "sound" and not (before.engines[name] and after.engines[name]):
        yield "one of the two did not listen"


def _in_time(change: FindingChange) -> tuple[int, int, str, str]:
    place = change.after or change.before
    assert place is not None
    return place.first_frame, place.end_frame, change.material, change.medium


# --- uses, and what cannot be compared --------------------------------------------------------------------------------


def _uses(before: PastVerdict, after: PastVerdict) -> Iterator[UseChange]:
    for id_ in dict.fromkeys([*after.uses, *before.uses]):
        old, new = before.uses.get(id_), after.uses.get(id_)
        shown = new or old
        assert shown is not None
        differences = tuple(_named_differences(old.outcomes, new.outcomes)) if old and new else ()
        words = (old.word if old else "", new.word if new else "")
        if words[0] != words[1] or differences:
            yield UseChange(id_, shown.name, *words, differences)


def _named_differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield Difference(name, old.get(name, ""), new.get(name, ""))


def _caveats(before: PastVerdict, after: PastVerdict) -> Iterator[Caveat]:
    if not before.rate or not after.rate:
        yield Caveat("scan", f"no deliverable was examined {'now' if before.rate else 'then'}")
    elif before.rate != after.rate:
        yield Caveat("rate", f"frames are compared, at {before.rate} a second then and {after.rate} now")
    engines: tuple[CaveatAbout, ...] = ("engine", "sound engine")
    for name in engines:
        if before.engines[name] != after.engines[name]:
            then, now = (verdict.engines[name] or "none" for verdict in (before, after))
            yield Caveat(name, f"{then} then, {now} now: what one finds, another may not")
    yield from _register(before.materials, after.materials)
    for pack in _named_differences(before.packs, after.packs):
        yield Caveat("rules", f"pack {pack.field}: {pack.before or 'not judged by'} then, {pack.after or 'not'} now")


def _register(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Caveat]:
    then, now = set(before.values()), set(after.values())
    replaced = sorted(name for name in before if name in after and before[name] != after[name])
    added = sorted(name for name, digest in after.items() if digest not in then and name not in replaced)
    removed = sorted(name for name, digest in before.items() if digest not in now and name not in replaced)
    for names, said in (
        (replaced, "holds other content under the same name"),
        (added, "was not registered then"),
        (removed, "is not registered any more"),
    ):
        if names:
            yield Caveat("register", f"{_listed(names)}: {said}")


def _listed(names: Iterable[str]) -> str:
    named = list(names)
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more
