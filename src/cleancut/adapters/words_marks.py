"""The words people read about marks: what each says, how good it is as evidence, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleancut.model.marks import NO_MARK, Action, Grade, Ingredient, Mark, Trust

GRADES: dict[Grade, str] = {"": "", "signed": "signed", "embedded": "embedded, not signed", "plain_text": "plain text"}
_STATES = {"valid": "valid mark", "trusted": "valid mark", "invalid": "invalid mark"}
_TRUST: dict[Trust, str] = {
    "": "",
    "trusted": ", signer trusted",
    "untrusted": ", signer not on the trust list",
    "not_checked": ", no trust list to check the signer by",
}
_READERS = {"c2pa": "C2PA", "xmp": "XMP", "text": "generator's note", "metadata": "metadata"}
MOST_SHOWN = 5


def mark(found: Mark | None) -> str:
    """What a provenance mark says. Absence proves nothing, and is never put as if it did."""
    if found is None:
        return "marks were not read"
    if found.state == "none":
        return NO_MARK
    where = f" in {found.where}" if found.where else ""
    if found.state == "unreadable":
        return f"mark{where} could not be read{_because(found.note)}"
    kind = _STATES.get(found.state, "mark") + _TRUST[found.trust]
    source = ", ".join(part for part in (_READERS.get(found.reader, found.reader), GRADES[found.grade]) if part)
    names = [f"{word} {value}" for word, value in (("by", found.generator), ("signed by", found.signer)) if value]
    return ", ".join([f"{kind} ({source}){where}", _states(found), *names]) + _because(found.note)


def marks(found: Sequence[Mark]) -> list[str]:
    """Each mark in words; where there is none, that none was found; where nobody looked, that."""
    return [mark(one) for one in found] or [mark(None)]


def _states(found: Mark) -> str:
    """What it says of generative AI, with the terms it says it in."""
    terms = f" ({', '.join(found.source_types)})" if found.source_types else ""
    if found.generative == "yes":
        return f"states generative AI{terms}"
    if found.generative == "unsure":
        return f"leaves open whether generative AI was used{terms}"
    return f"states {', '.join(found.source_types)}" if found.source_types else "states no source type"


def _because(note: str) -> str:
    return f" ({note})" if note else ""


def details(found: Mark, *, show_prompts: bool) -> Iterator[tuple[str, str]]:
    """What else a mark tells, as pairs of a name and a text, for those who look closer."""
    yield from _listed("Tool named", found.tools)
    yield from _listed("Models", found.told.models)
    yield from _listed("Seeds", found.told.seeds)
    if show_prompts:
        yield from _listed("Prompts", found.told.prompts)
        yield from _listed("Negative prompts", found.told.negative_prompts)
    elif found.told.prompts or found.told.negative_prompts:
        yield "Prompts", "left out"
    yield from _listed("Actions", [_action(action) for action in found.actions])
    yield from _listed("Ingredients", [_ingredient(item) for item in found.ingredients])
    yield from _listed("Does not validate", found.codes)


def _listed(name: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    if texts:
        more = f"; and {len(texts) - MOST_SHOWN} more" if len(texts) > MOST_SHOWN else ""
        yield name, "; ".join(texts[:MOST_SHOWN]) + more


def _action(action: Action) -> str:
    parts = (action.source_type, f"by {action.by}" if action.by else "", f"in {action.to}" if action.to else "")
    told = ", ".join(part for part in parts if part)
    return f"{action.name} ({told})" if told else action.name


def _ingredient(item: Ingredient) -> str:
    says = {"yes": "states generative AI", "unsure": "leaves generative AI open", "no": ""}[item.generative]
    told = ", ".join(part for part in (_RELATIONS.get(item.relationship, item.relationship), says, *item.codes) if part)
    return f"{item.title or 'without a title'} ({told})" if told else item.title


_RELATIONS = {"parentOf": "what it was made from", "componentOf": "a part of it", "inputTo": "an input to it"}
