"""A case: everything known about one title on the day it is judged, before judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property

from cleancut.model.digest import names_digest
from cleancut.model.dossier import Dossier, Look, Use, Watched
from cleancut.model.findings import Medium, Scan, UnexaminedMaterial
from cleancut.model.marks import Mark
from cleancut.model.material import Material, file_and_page
from cleancut.rules.catalogue import Catalogue, Value
from cleancut.rules.watch import Hit, WatchList


@dataclass(frozen=True)
class Case:
    """`answers` are each use's declared answers in normal form; `scan` is None where no deliverable was examined.
    `master_marks` are those of every file delivered; empty where none was read. `watched` is the list of names that
    ships."""

    dossier: Dossier
    catalogue: Catalogue
    answers: Mapping[str, Mapping[str, Value]]
    materials: tuple[Material, ...] = ()
    scan: Scan | None = None
    missing_documents: frozenset[str] = field(default_factory=frozenset)
    master_marks: tuple[Mark, ...] = ()
    watched: tuple[Watched, ...] = ()

    @cached_property
    def watch_list(self) -> WatchList:
        """What prompts are screened for: what ships, the production's own names, and the people it declares."""
        named = (person.name for person in self.dossier.people if any(map(str.isalnum, person.name)))
        people = (Watched(name, "performer") for name in named)
        return WatchList((*self.dossier.watch_list, *people, *self.watched))

    @cached_property
    def named(self) -> dict[str, tuple[Hit, ...]]:
        """What the prompts of each use name that is on that list: those declared, and those that marks on its material
        tell of."""
        return {use.id: (*self.watch_list.hits(use.prompts), *self._named_in_marks(use)) for use in self.dossier.uses}

    def _named_in_marks(self, use: Use) -> Iterator[Hit]:
        for item in self.material_of[use.id]:
            told = dict.fromkeys(
                prompt for mark in item.marks for prompt in mark.told.prompts if prompt not in use.prompts
            )
            yield from (replace(hit, file=item.name) for hit in self.watch_list.hits(tuple(told)))

    @cached_property
    def uses(self) -> dict[str, Use]:
        return {use.id: use for use in self.dossier.uses}

    @cached_property
    def material_of(self) -> dict[str, tuple[Material, ...]]:
        """Registered material of each use; identical files belong to every use that names one of them."""
        return {
            use.id: tuple(item for item in self.materials if any(names(pattern, item) for pattern in use.material))
            for use in self.dossier.uses
        }

    @cached_property
    def uses_of(self) -> dict[str, tuple[str, ...]]:
        """Ids of the uses that each registered material is tied to, by the material's name."""
        found: dict[str, list[str]] = {item.name: [] for item in self.materials}
        for use, items in self.material_of.items():
            for item in items:
                found[item.name].append(use)
        return {name: tuple(uses) for name, uses in found.items()}

    @cached_property
    def looked_for(self) -> dict[str, Look]:
        """Who looked in this deliverable, by eye or by ear, for what the scan could not look for, or not surely, by the
        name of that; nobody saw it."""
        found = ((item, self._look_for(item)) for item in self._missing)
        return {item.material: look for item, look in found if look is not None}

    def _look_for(self, item: UnexaminedMaterial) -> Look | None:
        return next((look for look in self._looks if _covers(look, item)), None)

    @cached_property
    def _looks(self) -> tuple[Look, ...]:
        scan = self.scan
        return tuple(look for look in self.dossier.looked if scan and self._is_of_all_delivered(look, scan))

    @cached_property
    def seen_by_people(self) -> dict[str, frozenset[Medium]]:
        """For each use, in which media people looked for what it names and is not registered."""
        registered = {item.name for item in self.materials}
        others = {name: look for name, look in self.looked_for.items() if name not in registered}
        return {
            use.id: frozenset(m for name, look in others.items() if _is_named(use, name) for m in look.media)
            for use in self.dossier.uses
        }

    @cached_property
    def unexamined(self) -> tuple[UnexaminedMaterial, ...]:
        """What the scan could not look for, or not surely, and nobody else has either."""
        return tuple(item for item in self._missing if self._look_for(item) is None)

    @cached_property
    def unexamined_of(self) -> dict[str, tuple[UnexaminedMaterial, ...]]:
        """What of it each use names, registered or not."""
        own = {id_: {item.name for item in items} for id_, items in self.material_of.items()}
        return {
            use.id: tuple(
                item for item in self.unexamined if item.material in own[use.id] or _is_named(use, item.material)
            )
            for use in self.dossier.uses
        }

    @property
    def _missing(self) -> tuple[UnexaminedMaterial, ...]:
        return self.scan.coverage.material_missing if self.scan else ()

    def _is_of_all_delivered(self, look: Look, scan: Scan) -> bool:
        digests = [scan.master.digest, *(file.digest for file in scan.master.sound)]
        is_there = look.document not in self.missing_documents
        return is_there and all(any(names_digest(one, digest) for one in look.delivered) for digest in digests)

    @cached_property
    def unregistered(self) -> dict[str, tuple[str, ...]]:
        """For each use, the material it names that no registered file answers to, and none that a person looked for."""
        return {
            use.id: tuple(
                pattern
                for pattern in use.material
                if not any(names(pattern, item) for item in self.materials)
                and not any(answers_to(pattern, (name,)) for name in self.looked_for)
            )
            for use in self.dossier.uses
        }


def _is_named(use: Use, name: str) -> bool:
    return any(answers_to(pattern, (name,)) for pattern in use.material)


def _covers(look: Look, item: UnexaminedMaterial) -> bool:
    """Whether it was looked for in every medium that it may be in."""
    media = {item.medium} if item.medium else {"picture", "sound"}
    return media <= set(look.media) and any(answers_to(pattern, (item.material,)) for pattern in look.material)


def names(pattern: str, item: Material) -> bool:
    """Whether a dossier's `material` entry means this: its path, a path with * and ?, a folder above it, the file whose
    page it is, or a still of the sequence."""
    return answers_to(pattern, (item.name, *item.also, *item.files))


def answers_to(pattern: str, listed: Sequence[str]) -> bool:
    """As `names`, of all the names that one thing has."""
    wild = pattern.replace("[", "[[]")  # only * and ? are wild
    return any(
        fnmatchcase(name, wild) or name.startswith(pattern.rstrip("/") + "/")
        for name in dict.fromkeys((*listed, *(file_and_page(name)[0] for name in listed)))
    )
