"""What a C2PA manifest store says, read from the library's own report of it: states, actions, ingredients, codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cleancut.adapters.prompts_told import LONGEST_TEXT
from cleancut.adapters.provenance_tables import bare, generators, says_of
from cleancut.model.answers import Answer, any_of
from cleancut.model.marks import Action, Ingredient, Mark, MarkState, Trust

READER = "c2pa"
MOST_LISTED = 200

_UNTRUSTED, _TRUSTED = "signingCredential.untrusted", "signingCredential.trusted"
_STATES: dict[str, MarkState] = {"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"}

Manifest = Mapping[str, Any]


def mark_of(state: str, store: Mapping[str, Any], has_anchors: bool, where: str) -> Mark:
    """The mark of a file whose store this is. `has_anchors`: there was a list to find its signer on."""
    manifests = _reachable(store)
    active = next(iter(manifests.values()))
    signature = active.get("signature_info") or {}
    signer = (signature.get("issuer"), signature.get("common_name"))
    codes = _failures(store, manifests.values())
    types = _distinct(term for manifest in manifests.values() for term in _source_types(manifest))
    generator = _distinct(name for manifest in manifests.values() for name in _generators(manifest))
    actions = tuple(_actions(manifests, active))[:MOST_LISTED]
    return Mark(
        _STATES.get(state, "unreadable"),
        READER,
        source_types=types,
        generator=", ".join(generator),
        signer=", ".join(_distinct(str(name) for name in signer if name)),
        note=", ".join(codes),
        grade="signed",
        generative=any_of((says_of(types), _says_by_name(generator))),
        trust=_trust(store, has_anchors),
        where=where,
        tools=_tools(manifests.values()),
        codes=codes,
        actions=actions,
        ingredients=tuple(_ingredients(store, active)),
    )


def _says_by_name(generator: Iterable[str]) -> Answer:
    """Of early manifests, which name a generator and give its actions no source type."""
    named = (generators().named_in(name) for name in generator)
    return "yes" if any(found and found[1] == "yes" for found in named) else "no"


def _trust(store: Mapping[str, Any], has_anchors: bool) -> Trust:
    """Of the signer of the file itself, whatever the state of what was signed."""
    if not has_anchors:
        return "not_checked"
    seen = (store.get("validation_results") or {}).get("activeManifest") or {}
    return "trusted" if any(item.get("code") == _TRUSTED for item in seen.get("success") or ()) else "untrusted"


def _reachable(store: Mapping[str, Any]) -> dict[str, Manifest]:
    """The active manifest, then those of its ingredients and of theirs; others in the file say nothing about it."""
    manifests, found = store["manifests"], dict[str, Manifest]()
    todo = [store["active_manifest"]]
    while todo:
        label = todo.pop(0)
        if label in manifests and label not in found:
            found[label] = manifests[label]
            todo += [item.get("active_manifest") for item in manifests[label].get("ingredients", ())]
    return found


# --- actions ----------------------------------------------------------------------------------------------------------


def _actions(manifests: Mapping[str, Manifest], active: Manifest) -> Iterator[Action]:
    """Every action of the file's own manifest, then those of what it was made from."""
    titles = {
        item.get("active_manifest"): str(item.get("title") or "an ingredient")
        for manifest in manifests.values()
        for item in manifest.get("ingredients", ())
    }
    for label, manifest in manifests.items():
        to = "" if manifest is active else titles.get(label, "an ingredient")
        for action in _listed(manifest):
            types = [bare(text) for text in _texts(action.get("digitalSourceType"))]
            by = ", ".join(_agents(action, manifest))
            yield Action(str(action.get("action", "")), types[0] if types else "", by, to)


def _listed(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """The actions of a manifest, and the templates that speak for many of one kind."""
    for assertion in manifest.get("assertions", ()):
        data = assertion.get("data") if isinstance(assertion, Mapping) else None
        if "c2pa.actions" in str(assertion.get("label", "")) and isinstance(data, Mapping):
            for key in ("actions", "templates"):
                listed = data.get(key)
                yield from (item for item in listed if isinstance(item, Mapping)) if isinstance(listed, list) else ()


def _agents(action: Mapping[str, Any], manifest: Manifest) -> list[str]:
    """The software of an action, named with it or by its place in the list that all actions share."""
    named = list(_software(action.get("softwareAgent")))
    place = action.get("softwareAgentIndex")
    if not named and isinstance(place, int) and not isinstance(place, bool):
        for assertion in manifest.get("assertions", ()):
            shared = (assertion.get("data") or {}).get("softwareAgents") if isinstance(assertion, Mapping) else None
            if isinstance(shared, list) and 0 <= place < len(shared):
                named += _software(shared[place])
    return named


def _tools(manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """What is named as having generated: the software of each generative action, else who made that claim; and every
    generator known by its name."""
    found: list[str] = []
    for manifest in manifests:
        claimed = list(_software(manifest.get("claim_generator_info") or manifest.get("claim_generator")))
        for action in _listed(manifest):
            types = [bare(text) for text in _texts(action.get("digitalSourceType"))]
            if says_of(types) == "yes":
                found += _agents(action, manifest) or claimed
        found += [name for name in _generators(manifest) if _says_by_name([name]) == "yes"]
    return _distinct(found)


# --- ingredients ------------------------------------------------------------------------------------------------------


def _ingredients(store: Mapping[str, Any], active: Manifest) -> Iterator[Ingredient]:
    """What went into the file directly. What went into those is in the actions and codes."""
    listed = active.get("ingredients", ())
    for item in list(listed)[:MOST_LISTED]:
        within = {"manifests": store["manifests"], "active_manifest": item.get("active_manifest")}
        theirs = _reachable(within) if item.get("active_manifest") in store["manifests"] else {}
        types = [term for manifest in theirs.values() for term in _source_types(manifest)]
        types += [bare(text) for key, value in _pairs(item) if _is_source_type(key) for text in _texts(value)]
        codes = _codes((item.get("validation_results") or {}).get("activeManifest"))
        yield Ingredient(
            title=str(item.get("title") or ""),
            relationship=str(item.get("relationship") or ""),
            generative=says_of(types),
            codes=_distinct(code for code in codes if code != _UNTRUSTED),
        )


# --- source types and software ----------------------------------------------------------------------------------------


def _is_source_type(key: str) -> bool:
    return key.rpartition(":")[2].replace("_", "").lower() == "digitalsourcetype"


def _source_types(manifest: Manifest) -> Iterator[str]:
    """Every digital source type a manifest states: of its actions, its ingredients, its IPTC metadata."""
    for key, value in _pairs((manifest.get("assertions", ()), manifest.get("ingredients", ()))):
        if _is_source_type(key):
            yield from (bare(text) for text in _texts(value))


def _pairs(data: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value at any depth."""
    todo = [data]
    while todo:
        item = todo.pop(0)
        if isinstance(item, Mapping):
            yield from item.items()
            todo += item.values()
        elif isinstance(item, list | tuple):
            todo += item


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value[:LONGEST_TEXT]
    elif isinstance(value, Mapping):
        yield from (text for key in ("@id", "@value") for text in _texts(value.get(key)))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))


def _generators(manifest: Manifest) -> Iterator[str]:
    """The software named by the actions, then by the claim."""
    for key, value in _pairs(manifest.get("assertions", ())):
        if key in ("softwareAgent", "softwareAgents"):
            yield from _software(value)
    yield from _software(manifest.get("claim_generator_info") or manifest.get("claim_generator"))


def _software(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield " ".join(str(value[key]) for key in ("name", "version") if value.get(key))
    elif isinstance(value, list):
        yield from (name for item in value for name in _software(item))


# --- validation -------------------------------------------------------------------------------------------------------


def _failures(store: Mapping[str, Any], manifests: Iterable[Manifest]) -> tuple[str, ...]:
    """Codes of what does not validate: in the mark itself, then (so marked) in what it was made from.

    For an ingredient both what its signer saw and what is so now; its own signer's trust is nothing to this file's.
    """
    results = store.get("validation_results") or {}
    here = _codes(results.get("activeManifest"))
    ingredients = [item for manifest in manifests for item in manifest.get("ingredients", ())]
    above = [
        code for item in ingredients for code in _codes((item.get("validation_results") or {}).get("activeManifest"))
    ]
    above += [code for delta in results.get("ingredientDeltas") or () for code in _codes(delta.get("validationDeltas"))]
    told = [f"ingredient: {code}" for code in above if code != _UNTRUSTED]
    return _distinct([*sorted(here, key=_UNTRUSTED.__eq__), *told])


def _codes(results: Mapping[str, Any] | None) -> list[str]:
    return [str(item["code"]) for item in (results or {}).get("failure") or ()]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
