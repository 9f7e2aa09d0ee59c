"""What a cue sheet's field about AI asks of a cue: none, partial or full; unsure and not stated where nobody can say.

Societies that collect for composers ask it of every cue. "None" is a statement to them, so it is given only where the
use is declared not generative and no record or mark says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cleancut.adapters import words_english as words
from cleancut.adapters.languages import Worded
from cleancut.model.dossier import Use
from cleancut.model.verdict import Standing

Share = Literal["none", "partial", "full", "unsure", "not stated"]

_SHARES: Worded[Share] = Worded(
    {"none": "none", "partial": "partial", "full": "full", "unsure": "unsure", "not stated": "not stated"}
)
_NOBODY = frozenset({"", "-", "no", "none", "nobody", "n/a", "na", "nothing", "not applicable"})
_UNSURE = frozenset({"unsure", "unknown", "?", "tbc", "tbd"})
_OF_NO_MODEL = frozenset({"none", "cosmetic_technical"})


def ai_shares(standings: Iterable[Standing]) -> str:
    """The field for a cue of these uses; several that differ are each named. Of no use: not stated."""
    said = {standing.use.id: ai_share(standing) for standing in standings}
    if len(set(said.values())) > 1:
        return "; ".join(f"{use}: {_SHARES[share]}" for use, share in said.items())
    return _SHARES[next(iter(said.values()), "not stated")]


def ai_share(standing: Standing) -> Share:
    """Of one use, from the facts as they were judged: inherited, and with what marks on its material state."""
    answers = {line.fact: line.answer for line in standing.answers}
    generative, marked = (answers.get(fact, ("",))[0] for fact in ("is_generative", "material_marked"))
    if "yes" in (generative, marked):
        return _by_people(standing.use)
    if "unsure" in (generative, marked):
        return "unsure"
    if generative != "no":
        return "not stated"
    touched = _OF_NO_MODEL.isdisjoint(answers.get("talent_op", ("none",))) or answers.get("trains_model") == ("yes",)
    return "unsure" if touched else "none"


def _by_people(use: Use) -> Share:
    """Partial where somebody wrote down what people contributed, full where nobody did or contributed nothing."""
    said = words.human_input(use).strip().rstrip(".").casefold()
    if said in _UNSURE:
        return "unsure"
    return "full" if said in _NOBODY else "partial"
