"""A case: everything known about one title on the day it is judged, before judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property

from cleancut.model.dossier import Dossier, Use, Watched
from cleancut.model.findings import Scan
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
    def unregistered(self) -> dict[str, tuple[str, ...]]:
        """For each use, the material it names that no registered file answers to."""
        return {
            use.id: tuple(p for p in use.material if not any(names(p, item) for item in self.materials))
            for use in self.dossier.uses
        }


def names(pattern: str, item: Material) -> bool:
    """Whether a dossier's `material` entry means this: its path, a path with * and ?, a folder above it, the file whose
    page it is, or a still of the sequence."""
    wild = pattern.replace("[", "[[]")  # only * and ? are wild
    listed = (item.name, *item.also, *item.files)
    return any(
        fnmatchcase(name, wild) or name.startswith(pattern.rstrip("/") + "/")
        for name in dict.fromkeys((*listed, *(file_and_page(name)[0] for name in listed)))
    )
