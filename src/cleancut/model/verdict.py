"""The verdict: everything together on one deliverable, and who must do what next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cleancut.model.decisions import Decision
from cleancut.model.dossier import Dossier, Use
from cleancut.model.findings import Scan
from cleancut.model.marks import Mark
from cleancut.model.material import Material
from cleancut.model.record import plain

Word = Literal["hold", "incomplete", "ask", "clear"]
EvidenceState = Literal["present", "missing", "not_valid"]
Attribution = Literal["declared_final", "declared_temporary", "undeclared", "related"]


@dataclass(frozen=True)
class EvidenceLine:
    """One kind of evidence a use's decision asks for: what is on file (`items`), and why it does not count (`gaps`)."""

    kind: str
    title: str
    state: EvidenceState
    who: str
    ask: str
    items: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerLine:
    """One fact as judgement saw it, with its question. `is_declared`: a person said so, else records show it.
    `is_free`: a text or reference as it was written, not one of the words of the catalogue."""

    fact: str
    question: str
    answer: tuple[str, ...]
    is_declared: bool
    is_free: bool = False


@dataclass(frozen=True)
class Standing:
    """Where one use stands. `answered_by` are the records that cover it now; `refused_by` names a standing refusal.
    `answers` are for people to read: verdict.json holds them as the dossier does."""

    use: Use
    word: Word
    decisions: tuple[Decision, ...]
    evidence: tuple[EvidenceLine, ...]
    answered_by: tuple[str, ...]
    refused_by: str
    found: tuple[int, ...]
    material: tuple[str, ...]
    not_examined: tuple[str, ...]
    answers: tuple[AnswerLine, ...] = ()


@dataclass(frozen=True)
class Attributed:
    """One finding of the scan and whose it is: places in `Scan.findings`, ids of uses."""

    finding: int
    attribution: Attribution
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One thing that must happen: who, what, why. `word` is the verdict this step alone would give."""

    word: Word
    who: str
    what: str
    why: str
    use: str = ""
    findings: tuple[int, ...] = ()


def _material_record(material: Material) -> dict[str, Any]:
    """With its most telling mark apart, for those who want but one."""
    return {**plain(material, whole=True), "mark": plain(material.mark, whole=True)}


@dataclass(frozen=True)
class Verdict:
    """One word on a deliverable on a day, and all it rests on."""

    word: Word
    on: date
    dossier: Dossier
    dossier_digest: str
    standings: tuple[Standing, ...]
    attributed: tuple[Attributed, ...]
    steps: tuple[Step, ...]
    limits: tuple[str, ...]
    materials: tuple[Material, ...] = ()
    scan: Scan | None = None
    master_marks: tuple[Mark, ...] = ()

    def record(self) -> dict[str, Any]:
        """The verdict as verdict.json holds it. Same case, same record: no clock in it."""
        title = self.dossier.title
        scan = self.scan.record() if self.scan else None
        return {
            "schema": "cleancut/verdict/1",
            "verdict": self.word,
            "on": self.on.isoformat(),
            "title": plain(title),
            "dossier_digest": self.dossier_digest,
            "next": [{"step": i + 1, **plain(step, whole=True)} for i, step in enumerate(self.steps)],
            "uses": [self._use_record(standing) for standing in self.standings],
            "findings": [self._finding_record(item, scan) for item in self.attributed],
            "materials": [_material_record(material) for material in self.materials],
            "master_marks": [plain(mark, whole=True) for mark in self.master_marks],
            "master": scan["master"] if scan else None,
            "engine": scan["engine"] if scan else None,
            "sound_engine": scan["sound_engine"] if scan else None,
            "coverage": scan["coverage"] if scan else None,
            "limits": list(self.limits),
        }

    def _use_record(self, standing: Standing) -> dict[str, Any]:
        use = standing.use
        tools = {tool.id: tool for tool in self.dossier.tools}
        return {
            "id": use.id,
            "name": use.name,
            "verdict": standing.word,
            "shots": list(use.shots),
            "tools": [plain(tools[id_]) for id_ in use.tools],
            "answers": plain(use.answers),
            "prompts": list(use.prompts),
            "sources": plain(use.sources),
            "derived_from": list(use.derived_from),
            "material": list(standing.material),
            "not_examined": list(standing.not_examined),
            "findings": list(standing.found),
            "decisions": [decision.record() for decision in standing.decisions],
            "evidence": [plain(line, whole=True) for line in standing.evidence],
            "answered_by": list(standing.answered_by),
            "refused_by": standing.refused_by or None,
            "approvals": [plain(approval) for approval in self.dossier.approvals if approval.use == use.id],
            "notices": [plain(notice) for notice in self.dossier.notices if notice.use == use.id],
        }

    @staticmethod
    def _finding_record(item: Attributed, scan: dict[str, Any] | None) -> dict[str, Any]:
        seen = scan["findings"][item.finding] if scan else {}
        return {**seen, "index": item.finding, "attribution": item.attribution, "uses": list(item.uses)}
