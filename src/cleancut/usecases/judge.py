"""Judge: from facts to a decision, from a case to a verdict. Reads, never writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cleancut.model.decisions import Decision
from cleancut.model.verdict import Verdict
from cleancut.ports import Packs
from cleancut.rules.case import Case
from cleancut.rules.catalogue import Value
from cleancut.rules.derive import facts_of
from cleancut.rules.evaluate import evaluate
from cleancut.rules.facts import Facts
from cleancut.rules.pack import Pack
from cleancut.rules.verdict import verdict
from cleancut.rules.way_out import with_way_out


def decide(packs: Packs, answers: Mapping[str, Value], pack_name: str = "") -> Decision:
    """Decide one use from its facts. The pack is the one named, else the `buyer` fact's, else netflix."""
    name = pack_name or str(answers.get("buyer", "")).lower() or "netflix"
    return _decide(packs.load(name), Facts(packs.catalogue, answers))


def judge(packs: Packs, case: Case, on: date) -> Verdict:
    """The verdict on a case on a day: every use decided by every pack of the dossier."""
    facts = facts_of(case, on)
    loaded = [packs.load(name) for name in case.dossier.pack_names]
    decisions = {use: [_decide(pack, facts[use]) for pack in loaded] for use in facts}
    return verdict(case, facts, decisions, on)


def _decide(pack: Pack, facts: Facts) -> Decision:
    return with_way_out(pack, facts, evaluate(pack, facts))
