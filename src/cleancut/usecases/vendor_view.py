"""One vendor's part of a dossier, cut out, so that no vendor sees what another uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cleancut.errors import UnknownId
from cleancut.rules.catalogue import Catalogue
from cleancut.usecases.import_sheets import ImportPorts, read_dossier
from cleancut.usecases.references import LISTS, named_by, records, without_names
from cleancut.usecases.words import normal


def view(ports: ImportPorts, dossier: Path, vendor: str) -> dict[str, Any]:
    """A vendor's uses, what they name, and what was sent and answered about them, as a dossier's plain data.

    Left out are the contact, and every record that only other uses name. Raises `UnknownId` for a vendor without uses.
    """
    data = read_dossier(ports, dossier).data
    ids = {use["id"] for use in data["uses"] if vendor.strip() and normal(use.get("vendor") or "") == normal(vendor)}
    if not ids:
        known = ", ".join(sorted({use["vendor"] for use in data["uses"] if use.get("vendor")}))
        raise UnknownId(f"{dossier}: no use is of the vendor {vendor!r}", f"vendors: {known or 'none'}")
    catalogue = ports.packs.catalogue
    kept = _kept(catalogue, data, ids)
    title = {key: value for key, value in data["title"].items() if key != "contact"}
    out: dict[str, Any] = {"schema": data["schema"], "title": title}
    for name in LISTS:
        own = [record for of, record in records(data) if of == name and record["id"] in kept]
        if own:
            out[name] = [without_names(catalogue, name, record, kept) for record in own]
    return out


def _kept(catalogue: Catalogue, data: Mapping[str, Any], ids: set[str]) -> set[str]:
    """Ids of the vendor's uses and of all that is shown with them."""
    kept: set[str] = set(ids)
    for use in data["uses"]:
        if use["id"] in ids:
            kept |= named_by(catalogue, "uses", use) | {
                item["id"] for item in use.get("evidence") or () if "id" in item
            }
    for name, record in records(data):
        if name == "uses" and record["id"] not in ids:
            kept.discard(record["id"])  # what a use derives from may be another vendor's
        elif name in ("notices", "approvals"):
            kept = kept | {record["id"]} if record["use"] in ids else kept - {record["id"]}
        elif name == "clearances" and ids & set(record.get("uses") or ()):
            kept.add(record["id"])
    kept |= {record["person"] for name, record in records(data) if name == "models" and record["id"] in kept}
    return kept | {record["id"] for name, record in records(data) if name == "consents" and record["person"] in kept}
