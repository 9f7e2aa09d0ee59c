"""Marks by C2PA: the manifest that a signer embedded in a still or a clip. The network is never used.

Absence proves nothing: any transcode or remux removes the manifest silently, and MXF, EXR, DPX and Matroska cannot
carry one. A manifest kept elsewhere is named and not fetched. Sidecars (`.c2pa`) are not read yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import c2pa

from cleancut.errors import InputError
from cleancut.model.material import GENERATIVE_SOURCE_TYPES, Mark, MarkState

READER = "c2pa"
NO_MARK = "no mark found"

_UNTRUSTED = "signingCredential.untrusted"
_OFFLINE = {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}
_STATES: dict[str, MarkState] = {"Valid": "valid", "Trusted": "trusted", "Invalid": "invalid"}
_SPELLINGS = {term.lower(): term for term in GENERATIVE_SOURCE_TYPES}


class C2paReader:
    """Reads one file a call. `trust_anchors` is a PEM file of root certificates; without it nobody is trusted.

    Whether a certificate is in date is judged by the library at the time of the signature's own time-stamp, and by this
    machine's clock where it has none.
    """

    def __init__(self, trust_anchors: Path | None = None) -> None:
        settings: dict[str, Any] = {"verify": _OFFLINE}
        if trust_anchors is not None:
            settings["trust"] = {"trust_anchors": _anchors(trust_anchors)}
        try:
            self._context = c2pa.Context.from_dict(settings)
        except Exception as error:  # the library names no narrower one
            raise InputError(f"{trust_anchors}: holds no certificates that can be used: {error}", _PEM_HINT) from error

    def read(self, path: Path) -> Mark:
        """The mark of one file. Never raises: whatever the library makes of the file becomes a state with a note."""
        try:
            path.open("rb").close()  # so that a file which does not open is an OSError, and its reason a plain one
            reader = c2pa.Reader.try_create(str(path), context=self._context)
            if reader is None:
                return _no_mark()
            with reader:
                return _mark(str(reader.get_validation_state()), json.loads(reader.json()))
        except c2pa.C2paError.NotSupported:
            return _no_mark()
        except Exception as error:
            return Mark("unreadable", READER, note=_problem(error))


_PEM_HINT = "Give a PEM file with the root certificates of the signers you trust."


def _anchors(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the trust anchors cannot be read: {error}", _PEM_HINT) from error
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise InputError(f"{path}: holds no certificate", _PEM_HINT)
    return text


def _no_mark() -> Mark:
    return Mark("none", READER, note=NO_MARK)


def _problem(error: Exception) -> str:
    """What the library said, without the name of its error class, and without this machine's paths."""
    if isinstance(error, OSError):
        return error.strerror or "cannot be opened"
    message = str(error)
    _, found, address = message.partition("must fetch remote manifests from url ")
    if found:
        return f"remote manifest named, not fetched: {address}"
    return message.partition(": ")[2] or message or "the reader failed without a word"


def _mark(state: str, store: Mapping[str, Any]) -> Mark:
    manifests = _reachable(store)
    signature = manifests[0].get("signature_info") or {}
    signer = (signature.get("issuer"), signature.get("common_name"))
    return Mark(
        _STATES.get(state, "unreadable"),
        READER,
        source_types=_distinct(term for manifest in manifests for term in _source_types(manifest)),
        generator=", ".join(_distinct(name for manifest in manifests for name in _generators(manifest))),
        signer=", ".join(_distinct(str(name) for name in signer if name)),
        note=", ".join(_failures(store, manifests)),
    )


def _reachable(store: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The active manifest, then those of its ingredients and of theirs; others in the file say nothing about it."""
    manifests, found = store["manifests"], dict[str, Mapping[str, Any]]()
    todo = [store["active_manifest"]]
    while todo:
        label = todo.pop(0)
        if label in manifests and label not in found:
            found[label] = manifests[label]
            todo += [item.get("active_manifest") for item in manifests[label].get("ingredients", ())]
    return list(found.values())


def _source_types(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Every digital source type a manifest states: of its actions, its ingredients, its IPTC metadata."""
    for key, value in _pairs((manifest.get("assertions", ()), manifest.get("ingredients", ()))):
        if key.rpartition(":")[2].replace("_", "").lower() == "digitalsourcetype":
            yield from (_bare(text) for text in _texts(value))


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
        yield value
    elif isinstance(value, Mapping):
        yield from (text for key in ("@id", "@value") for text in _texts(value.get(key)))
    elif isinstance(value, list):
        yield from (text for item in value for text in _texts(item))


def _bare(address: str) -> str:
    """The term at the end of `http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia`."""
    term = address.strip().rstrip("/")
    for separator in "/#:":
        term = term.rpartition(separator)[2]
    return _SPELLINGS.get(term.lower(), term)


def _generators(manifest: Mapping[str, Any]) -> Iterator[str]:
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


def _failures(store: Mapping[str, Any], manifests: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
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
