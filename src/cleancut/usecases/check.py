"""Check: the main job. Decide, register, scan, compare, and write what people and tools need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cleancut.errors import InputError, MediaError, UnknownId
from cleancut.model.changes import Changes
from cleancut.model.findings import Scan
from cleancut.model.marks import Mark, of_one_material
from cleancut.model.material import Material, file_and_page
from cleancut.model.past import PastVerdict, past_verdict
from cleancut.model.verdict import Verdict
from cleancut.ports import Documents, Marks, Outputs, Packs, Progress, Renderer, RenderOptions, Verdicts
from cleancut.rules.case import Case
from cleancut.rules.changes import changes_since
from cleancut.rules.watch import watched_of
from cleancut.usecases.dossier import LoadedDossier, load_dossier
from cleancut.usecases.judge import judge
from cleancut.usecases.register import Register, RegisterPorts, register
from cleancut.usecases.scan import ScanPorts, picture_rate, scan


@dataclass(frozen=True)
class CheckPorts:
    """What checking needs from outside."""

    documents: Documents
    packs: Packs
    marks: Marks
    verdicts: Verdicts
    register: RegisterPorts
    scan: ScanPorts
    renderer: Renderer
    outputs: Outputs


@dataclass(frozen=True)
class Checked:
    """What came of a check. `changes` are those since the earlier verdict that was named, None where none was."""

    verdict: Verdict
    changes: Changes | None = None


def check(
    ports: CheckPorts,
    dossier: Path,
    on: date,
    out: Path | None,
    options: RenderOptions,
    progress: Progress,
    since: Path | None = None,
    *,
    fast: bool = False,
) -> Checked:
    """The verdict on a dossier's deliverable on a day, with everything it rests on written to `out` as a whole; to
    nowhere where `out` is None.

    Raises before any long work where the dossier, the master's name, the earlier verdict or the output folder will not
    do; an interruption leaves `out` as it was, and the next run goes on from what is cached. An earlier verdict never
    changes this one. With `fast` most of the picture is left out, and the verdict is never clear.
    """
    if out:
        ports.outputs.refuse_foreign(out)
    loaded = load_dossier(ports.documents, ports.packs.catalogue, dossier)
    _load_packs(ports.packs, loaded)
    _refuse_lost(loaded)
    earlier = _earlier(ports, loaded, since) if since else None
    case = examine(ports, loaded, progress, fast=fast)
    verdict = judge(ports.packs, case, on)
    changes = changes_since(earlier, past_verdict(verdict.record())) if earlier else None
    if out:
        progress.stage("write the report")
        options = replace(options, beside=out, sound=loaded.sound, changes=changes)
        ports.outputs.write(out, ports.renderer.render(verdict, loaded.deliverable, loaded.material, options))
    return Checked(verdict, changes)


def _earlier(ports: CheckPorts, loaded: LoadedDossier, since: Path) -> PastVerdict:
    """The verdict that is compared with; refused where it is on another title."""
    earlier = ports.verdicts.read(since)
    if earlier.title != loaded.dossier.title.id:
        raise InputError(
            f"{since}: is a verdict on the title {earlier.title!r}, not on {loaded.dossier.title.id!r}",
            "give a verdict on an earlier cut of this title",
        )
    return earlier


def _refuse_lost(loaded: LoadedDossier) -> None:
    """A file of the deliverable that is not there, before any long work."""
    for key, paths in (("deliverable", [loaded.deliverable]), ("sound", loaded.sound)):
        for path in paths:
            if path and not path.exists():
                raise MediaError(f"{path}: no such file", f"correct `{key}` in the dossier")


def _load_packs(packs: Packs, loaded: LoadedDossier) -> None:
    """Every pack that will judge, before any long work; what is wrong names the dossier and the key."""
    key = "packs" if loaded.dossier.packs else "title.buyer"
    for name in loaded.dossier.pack_names:
        try:
            packs.load(name)
        except UnknownId as error:
            raise UnknownId(f"{loaded.path}: {key}: {error.message}", error.hint) from None


def examine(ports: CheckPorts, loaded: LoadedDossier, progress: Progress, *, fast: bool = False) -> Case:
    """Register the material, read its marks and scan the deliverable: the case as it can be judged on any day."""
    registered = _register(ports, loaded, progress)
    materials = _with_marks(ports.marks, registered, loaded.material, progress)
    found = _scan(ports, loaded, registered, progress, fast=fast)
    return Case(
        dossier=loaded.dossier,
        catalogue=ports.packs.catalogue,
        answers=loaded.answers,
        materials=materials,
        scan=found,
        missing_documents=loaded.missing_documents,
        watched=watched_of(ports.packs.table("watch_list")),
        master_marks=_delivered_marks(ports.marks, loaded),
    )


def _register(ports: CheckPorts, loaded: LoadedDossier, progress: Progress) -> Register:
    if loaded.material is None:
        return Register(ports.register.engine.identity, ports.register.sound_engine.identity)
    rate = picture_rate(ports.scan, loaded.deliverable) if loaded.deliverable else None
    return register(
        ports.register,
        loaded.material,
        exclude=_delivered(loaded),
        sequences=loaded.sequences,
        rate=rate or loaded.rate,
        progress=progress,
    )


def _delivered(loaded: LoadedDossier) -> list[Path]:
    """The master and the sound files beside it."""
    return [path for path in (loaded.deliverable, *loaded.sound) if path]


def _scan(
    ports: CheckPorts, loaded: LoadedDossier, registered: Register, progress: Progress, *, fast: bool
) -> Scan | None:
    if loaded.deliverable is None:
        return None
    stated = loaded.dossier.programme
    found = scan(
        ports.scan,
        loaded.deliverable,
        registered,
        progress,
        sound=loaded.sound,
        rate=loaded.rate,
        programme=(stated.starts, stated.ends) if stated else None,
        fast=fast,
    )
    # Paths as the dossier writes them: the same dossier gives the same verdict wherever its folder lies.
    named = zip(found.master.sound, loaded.dossier.sound, strict=True)
    sound = tuple(replace(file, path=name) for file, name in named)
    return replace(found, master=replace(found.master, path=loaded.dossier.deliverable, sound=sound))


def _with_marks(marks: Marks, registered: Register, folder: Path | None, progress: Progress) -> tuple[Material, ...]:
    """The materials with every mark of their files and of sidecars beside them."""
    if folder is None:
        return ()
    progress.stage("read marks", sum(len(registered.files[item.name]) for item in registered.materials))
    return tuple(
        _with_marks_of(marks, item, registered.files[item.name], folder, progress) for item in registered.materials
    )


def _with_marks_of(marks: Marks, item: Material, names: tuple[str, ...], folder: Path, progress: Progress) -> Material:
    """Identical files have the same marks within; their sidecars are their own, and are read too."""
    found = []
    for name in names:
        found.append((name, marks.read(folder / name)))
        progress.advance()
    found += [(name, marks.read(folder / file_and_page(name)[0])) for name in item.also]
    return replace(item, marks=of_one_material(found, len(found)))


def _delivered_marks(marks: Marks, loaded: LoadedDossier) -> tuple[Mark, ...]:
    """The marks of the master and of sound files beside it, each with its file's name as the dossier has it."""
    names = [loaded.dossier.deliverable, *loaded.dossier.sound]
    found = zip(names, _delivered(loaded), strict=False)
    return tuple(replace(mark, file=name) for name, path in found for mark in marks.read(path))
