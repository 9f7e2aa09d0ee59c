"""Vendors' dossiers into the production's.

A use that comes from a vendor bears the vendor's name. What is a vendor's own (its uses, and what no use but its own is
tied to) it may change by sending its dossier again; any other record of the same id is a clash, and nothing is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleancut.errors import DossierError, FieldError
from cleancut.model.imports import Change, Fate, FateWord, Plan, Problem
from cleancut.ports import Document
from cleancut.rules.catalogue import Catalogue
from cleancut.usecases.dossier import checked
from cleancut.usecases.import_sheets import Import, ImportPorts, read_dossier
from cleancut.usecases.merge_records import extended, shown
from cleancut.usecases.plan_rows import copied
from cleancut.usecases.references import LISTS, named_by, records, with_names
from cleancut.usecases.words import slug

Record = dict[str, Any]

_CLASH = "rename one, or merge with --prefix, which puts the vendor's name before each of its ids"


def plan_merge(ports: ImportPorts, vendors: Sequence[Path], dossier: Path, *, prefix: bool) -> Import:
    """What merging these dossiers would do. Writes nothing.

    Raises `DossierError` for a dossier of another title, or one that does not say whose it is; a clash of ids is in the
    plan.
    """
    content = ports.dossiers.content(dossier)
    document = read_dossier(ports, dossier)
    merging = _Merging(ports.packs.catalogue, copied(document.data), _places(document))
    fates = []
    for path in vendors:
        part = read_dossier(ports, path)
        sent = _Sent(part, path, _vendor(part, document), prefix)
        fates += list(merging.fates(sent, dossier, document.data.get("material") or ""))
    if not any(fate.word == "refused" for fate in fates):
        try:
            checked(ports.packs.catalogue, merging.data)
        except FieldError as error:
            key = ".".join(map(str, error.path))
            raise DossierError(f"{dossier}: after the merge, {key}: {error.message}", _CLASH) from None
    return Import(dossier, document.data, content, Plan((), tuple(fates), merging.data))


def _vendor(part: Document, into: Document) -> str:
    title, whole = part.data["title"], into.data["title"]
    if title["id"] != whole["id"]:
        said = f"is a dossier of {title['id']}, not of {whole['id']}"
        raise part.located(FieldError(("title", "id"), said, "ask the vendor for the one of this title"))
    if not str(title.get("production") or "").strip():
        said = "does not say whose it is"
        raise part.located(FieldError(("title",), said, "name the vendor's company under title.production"))
    return str(title["production"])


def _places(document: Document) -> dict[str, str]:
    """Where each record stands, by its id."""
    lists = ((name, i, record) for name in LISTS for i, record in enumerate(document.data.get(name) or ()))
    return {record["id"]: document.place((name, i, "id")) for name, i, record in lists}


@dataclass(frozen=True)
class _Sent:
    """A vendor's dossier; with `prefix`, its ids begin with the vendor's name."""

    document: Document
    path: Path
    vendor: str
    prefix: bool

    def incoming(self, catalogue: Catalogue, dossier: Path, material: str) -> Iterator[tuple[str, Record]]:
        """Its records as the production's dossier would hold them: paths from there, the vendor's name on uses.

        `material` is the production's folder, as its dossier names it. Material that does not lie below it is expected
        in a folder there that has the vendor's name.
        """
        data = self.document.data
        here, there = self.path.absolute().parent, dossier.absolute().parent
        folder = _below(here / (data.get("material") or ""), there / material) or slug(self.vendor)
        own = {record["id"] for _, record in records(data)} | {id_ for use in data["uses"] for id_ in _evidence(use)}

        def named(id_: str) -> str:
            return f"{slug(self.vendor)}.{id_}" if self.prefix and id_ in own else id_

        for name, record in records(data):
            out = _moved({**with_names(catalogue, name, record, named), "id": named(record["id"])}, here, there)
            if name == "uses":
                out["vendor"] = self.vendor
                if out.get("material"):
                    out["material"] = [(Path(folder) / pattern).as_posix() for pattern in out["material"]]
                for item in out.get("evidence") or ():
                    if item.get("id"):
                        item["id"] = named(item["id"])
            yield name, out


def _below(folder: Path, root: Path) -> str:
    """The way from the production's folder of material down to the vendor's; empty where it is not below."""
    way = Path(os.path.relpath(folder, root)).as_posix()
    return "" if way.startswith("..") else way


def _moved(value: Any, here: Path, there: Path) -> Any:
    """The same, copied, with each `document` named from where the production's dossier lies."""
    if isinstance(value, Mapping):
        return {
            key: Path(os.path.relpath(here / inner, there)).as_posix()
            if key == "document" and isinstance(inner, str) and inner
            else _moved(inner, here, there)
            for key, inner in value.items()
        }
    return [_moved(item, here, there) for item in value] if isinstance(value, list) else value


@dataclass
class _Merging:
    """Vendors' records laid over `data`, which is changed as it goes; `places` says where each id was defined."""

    catalogue: Catalogue
    data: Record
    places: dict[str, str]

    def fates(self, sent: _Sent, dossier: Path, material: str) -> Iterator[Fate]:
        own, places = self._own(sent.vendor), _places(sent.document)
        incoming = list(sent.incoming(self.catalogue, dossier, material))
        for (name, record), where in zip(incoming, places.values(), strict=True):
            yield self._fate(name, record, own, where)

    def _fate(self, name: str, record: Record, own: set[str], where: str) -> Fate:
        id_, there = record["id"], self.data.get(name) or []
        place = next((i for i, item in enumerate(there) if item["id"] == id_), None)
        if place is None and id_ in self.places:
            return self._clash(where, name, id_)
        if place is None:
            self.data[name] = [*there, record]
            self.places[id_] = where
            return Fate(where, name, id_, "added", (Change("is", "", _called(record)),))
        was = there[place]
        now = _over(was, record)
        changes = tuple(Change(key, shown(was.get(key)), shown(now[key])) for key in now if now[key] != was.get(key))
        if changes and id_ not in own:
            return self._clash(where, name, id_)
        there[place] = now
        word: FateWord = "changed" if changes else "same"
        return Fate(where, name, id_, word, changes)

    def _clash(self, where: str, name: str, id_: str) -> Fate:
        said = f"{self.places.get(id_, 'the dossier')} defines the id {id_!r} too, for another record"
        return Fate(where, name, id_, "refused", problems=(Problem("", said, _CLASH),))

    def _own(self, vendor: str) -> set[str]:
        """Ids of what is the vendor's own: its uses, and what no use but its own is tied to."""
        uses = {use["id"] for use in self.data["uses"] if use.get("vendor") == vendor}
        mine, others = set(uses), set[str]()
        for use in self.data["uses"]:
            tied = mine if use["id"] in uses else others
            tied |= named_by(self.catalogue, "uses", use) | set(_evidence(use))
        for name, record in records(self.data):
            about = (
                {record["use"]} if "use" in record else set(record.get("uses") or ()) if name == "clearances" else None
            )
            if about:
                (mine if about <= uses else others).add(record["id"])
        for name, record in records(self.data):
            if name in ("consents", "models"):
                (mine if record["person"] in mine - others else others).add(record["id"])
        return uses | (mine - others)


def _evidence(use: Mapping[str, Any]) -> list[str]:
    return [item["id"] for item in use.get("evidence") or () if item.get("id")]


def _called(record: Mapping[str, Any]) -> str:
    keys = ("name", "product", "what", "person", "use")
    return str(next((record[key] for key in keys if record.get(key)), record["id"]))


def _over(was: Any, new: Any, key: str = "") -> Any:
    """A record sent again over the one that is there: nothing is taken away."""
    if isinstance(was, Mapping) and isinstance(new, Mapping):
        return {**was, **{name: _over(was.get(name), value, name) for name, value in new.items()}}
    if isinstance(was, list) and isinstance(new, list):
        if any(isinstance(item, Mapping) for item in (*was, *new)):
            return _records_over(was, new)
        return extended(was, new, is_shots=key == "shots")
    return new


def _records_over(was: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """Records inside a record: by their ids where they have one, else each once."""
    found = list(was)
    for item in new:
        place = next((i for i, other in enumerate(found) if item.get("id") and other.get("id") == item["id"]), None)
        if place is not None:
            found[place] = _over(found[place], item)
        elif item not in found:
            found.append(item)
    return found
