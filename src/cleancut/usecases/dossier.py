"""Load a dossier: read it, check every answer against the catalogue, resolve every reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleancut.errors import DossierError, FieldError, InputError
from cleancut.model.dossier import Dossier, Use
from cleancut.model.record import plain, read
from cleancut.model.timing import Rate
from cleancut.ports import Documents
from cleancut.rules.catalogue import Catalogue, Value
from cleancut.usecases.sequences import Declared


@dataclass(frozen=True)
class LoadedDossier:
    """A dossier with its answers in normal form. Paths are absolute; None where the dossier names none."""

    path: Path
    dossier: Dossier
    answers: Mapping[str, Mapping[str, Value]]
    deliverable: Path | None
    sound: tuple[Path, ...]
    rate: Rate | None
    sequences: tuple[Declared, ...]
    material: Path | None
    missing_documents: frozenset[str]


def load_dossier(documents: Documents, catalogue: Catalogue, path: Path) -> LoadedDossier:
    """Read one dossier. Raises `DossierError` naming file, line, column, key and what was expected."""
    document = documents.read(path)
    try:
        dossier, answers = checked(catalogue, document.data)
        rate, sequences = _rate(dossier), _sequences(dossier)
    except FieldError as error:
        raise document.located(error) from None
    folder = path.absolute().parent
    deliverable = _beside(folder, dossier.deliverable)
    sound = tuple(folder / name for name in dossier.sound)
    material = _beside(folder, dossier.material)
    if material and not material.is_dir():
        raise InputError(f"{path}: the material folder {dossier.material!r} is not there", f"looked for {material}")
    missing = {d for d in _documents(plain(dossier)) if not documents.exists(folder / d)}
    return LoadedDossier(path, dossier, answers, deliverable, sound, rate, sequences, material, frozenset(missing))


def checked(catalogue: Catalogue, data: Any) -> tuple[Dossier, dict[str, dict[str, Value]]]:
    """The record of a dossier's plain data, and each use's answers in normal form. Raises `FieldError`."""
    dossier = read(Dossier, data)
    return dossier, {use.id: _answers(catalogue, dossier, use, i) for i, use in enumerate(dossier.uses)}


def read_facts(documents: Documents, catalogue: Catalogue, path: Path) -> dict[str, Value]:
    """Read a facts file for `decide`: fact id to answer, derived ones too. Raises `DossierError` as above."""
    document = documents.read(path)
    if document.data is None:
        raise DossierError(f"{path}: holds no facts", "write fact: answer, one a line")
    try:
        return catalogue.read(document.data, accept_derived=True)
    except FieldError as error:
        raise document.located(error) from None


def _rate(dossier: Dossier) -> Rate | None:
    """The rate the dossier states. Refuses sound beside no master: where it would begin, nobody could say."""
    if dossier.sound and not dossier.deliverable:
        raise FieldError(
            ("sound",), "sound files lie beside a master, and none is named", "name it under `deliverable`"
        )
    return _parsed(dossier.rate, ("rate",))


def _sequences(dossier: Dossier) -> tuple[Declared, ...]:
    if dossier.sequences and not dossier.material:
        raise FieldError(("sequences",), "they lie in the material folder: name it", "name it under `material`")
    return tuple(
        Declared(sequence.files, _parsed(sequence.rate, ("sequences", index, "rate")))
        for index, sequence in enumerate(dossier.sequences)
    )


def _parsed(rate: str, path: tuple[str | int, ...]) -> Rate | None:
    try:
        return Rate.parse(rate) if rate else None
    except ValueError as error:
        raise FieldError(path, str(error), "write it as a fraction: 24/1, 24000/1001") from None


def _beside(folder: Path, name: str) -> Path | None:
    return folder / name if name else None


def _answers(catalogue: Catalogue, dossier: Dossier, use: Use, index: int) -> dict[str, Value]:
    path = ("uses", index, "answers")
    for fact in use.answers:
        spec = catalogue.facts.get(fact)
        if spec and spec.stated_as:
            raise FieldError((*path, fact), f"{fact} is not an answer of a use", f"state it as {spec.stated_as}")
    try:
        answers = catalogue.read(use.answers, accept_derived=False)
    except FieldError as error:
        raise FieldError((*path, *error.path), error.message, error.hint) from None
    known = _ids(dossier, use)
    for fact, value in answers.items():
        for id_ in _references(catalogue, fact, value):
            if not any(id_ in known[name] for name in catalogue.facts[fact].refers_to):
                lists = " or ".join(catalogue.facts[fact].refers_to)
                raise FieldError(
                    (*path, fact), f"nothing under {lists} has the id {id_!r}", "define it, or leave this out"
                )
    return answers


def _references(catalogue: Catalogue, fact: str, value: Value) -> list[str]:
    if not catalogue.facts[fact].refers_to:
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]


def _ids(dossier: Dossier, use: Use) -> dict[str, set[str]]:
    lists = ("approvals", "clearances", "consents", "people", "notices")
    known = {name: {record.id for record in getattr(dossier, name)} for name in lists}
    return {**known, "evidence": {evidence.id for evidence in use.evidence}}


def _documents(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "document" and isinstance(value, str):
                yield value
            else:
                yield from _documents(value)
    elif isinstance(data, list):
        for item in data:
            yield from _documents(item)
