"""The words people read about marks: what each says, how good it is as evidence, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleancut.adapters.languages import Worded, reworded, worded
from cleancut.model.marks import NO_MARK, Action, Grade, Ingredient, Mark, Trust

GRADES: Worded[Grade] = Worded(
    {"": "", "signed": "signed", "embedded": "embedded, not signed", "plain_text": "plain text"}
)
_STATES = Worded({"valid": "valid mark", "trusted": "valid mark", "invalid": "invalid mark"})
_TRUST: Worded[Trust] = Worded(
    {
        "": "",
        "trusted": ", signer trusted",
        "untrusted": ", signer not on the trust list",
        "not_checked": ", no trust list to check the signer by",
    }
)
_READERS = Worded({"c2pa": "C2PA", "xmp": "XMP", "text": "generator's note", "metadata": "metadata"})
MOST_SHOWN = 5


def mark(found: Mark | None) -> str:
    """What a provenance mark says. Absence proves nothing, and is never put as if it did."""
    if found is None:
        return worded("marks were not read")
    if found.state == "none":
        return reworded(NO_MARK)
    where = worded(" in {where}", where=found.where) if found.where else ""
    if found.state == "unreadable":
        return worded("mark{where} could not be read", where=where) + _because(found.note)
    kind = _STATES.get(found.state, worded("mark")) + _TRUST[found.trust]
    source = ", ".join(part for part in (_READERS.get(found.reader, found.reader), GRADES[found.grade]) if part)
    names = [worded("by {name}", name=found.generator)] if found.generator else []
    names += [worded("signed by {name}", name=found.signer)] if found.signer else []
    return ", ".join([f"{kind} ({source}){where}", _states(found), *names]) + _because(found.note)


def marks(found: Sequence[Mark]) -> list[str]:
    """Each mark in words; where there is none, that none was found; where nobody looked, that."""
    return [mark(one) for one in found] or [mark(None)]


def _states(found: Mark) -> str:
    """What it says of generative AI, with the terms it says it in."""
    terms = f" ({', '.join(found.source_types)})" if found.source_types else ""
    if found.generative == "yes":
        return worded("states generative AI") + terms
    if found.generative == "unsure":
        return worded("leaves open whether generative AI was used") + terms
    types = ", ".join(found.source_types)
    return worded("states {types}", types=types) if types else worded("states no source type")


def _because(note: str) -> str:
    return f" ({reworded(note)})" if note else ""


def details(found: Mark, *, show_prompts: bool) -> Iterator[tuple[str, str]]:
    """What else a mark tells, as pairs of a name and a text, for those who look closer."""
    yield from _listed(worded("Tool named"), found.tools)
    yield from _listed(worded("Models"), found.told.models)
    yield from _listed(worded("Seeds"), found.told.seeds)
    if show_prompts:
        yield from _listed(worded("Prompts"), found.told.prompts)
        yield from _listed(worded("Negative prompts"), found.told.negative_prompts)
    elif found.told.prompts or found.told.negative_prompts:
        yield worded("Prompts"), worded("left out")
    yield from _listed(worded("Actions"), [_action(action) for action in found.actions])
    yield from _listed(worded("Ingredients"), [_ingredient(item) for item in found.ingredients])
    yield from _listed(worded("Does not validate"), found.codes)


def _listed(name: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    if texts:
        more = worded("; and {number} more", number=len(texts) - MOST_SHOWN) if len(texts) > MOST_SHOWN else ""
        yield name, "; ".join(texts[:MOST_SHOWN]) + more


def _action(action: Action) -> str:
    parts = (
        action.source_type,
        worded("by {name}", name=action.by) if action.by else "",
        worded("in {name}", name=action.to) if action.to else "",
    )
    told = ", ".join(part for part in parts if part)
    return f"{action.name} ({told})" if told else action.name


def _ingredient(item: Ingredient) -> str:
    says = _OF_PARTS[item.generative]
    told = ", ".join(part for part in (_RELATIONS.get(item.relationship, item.relationship), says, *item.codes) if part)
    return f"{item.title or worded('without a title')} ({told})" if told else item.title


_OF_PARTS = Worded({"yes": "states generative AI", "unsure": "leaves generative AI open", "no": ""})
_RELATIONS = Worded({"parentOf": "what it was made from", "componentOf": "a part of it", "inputTo": "an input to it"})
