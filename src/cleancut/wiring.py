"""Settings to App: the only file that knows both ports and adapters, and that reads the clock and environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cleancut.adapters.cache_disk import CAP_BYTES, DiskCache
from cleancut.adapters.dossier_yaml import YamlDossiers
from cleancut.adapters.files_local import LocalFiles
from cleancut.adapters.frames_pyav import PyAVClips
from cleancut.adapters.out_folder import OutFolder
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.provenance_file import FileMarks
from cleancut.adapters.render_files import FileRenderer
from cleancut.adapters.sheets_files import SheetFiles
from cleancut.adapters.sound_pyav import PyAVSounds
from cleancut.adapters.stills_pillow import PillowStills
from cleancut.adapters.tables_files import OutTables
from cleancut.adapters.text_yaml import YamlDocuments
from cleancut.adapters.verdicts_json import JsonVerdicts
from cleancut.errors import InputError
from cleancut.match.engine import ReferenceEngine
from cleancut.match.sound.engine import LandmarkEngine
from cleancut.usecases.check import CheckPorts
from cleancut.usecases.import_sheets import ImportPorts
from cleancut.usecases.register import RegisterPorts
from cleancut.usecases.scan import ScanPorts


@dataclass(frozen=True)
class Settings:
    """What may differ between machines. Nothing here changes what clear means.

    `cache` (CLEANCUT_CACHE) holds fingerprints and small pictures, private to the user, about `cache_bytes`
    (CLEANCUT_CACHE_SIZE, such as 20G) of them. `trust` (CLEANCUT_TRUST) is a PEM file of root certificates whose
    provenance marks count as trusted.
    """

    cache: Path
    trust: Path | None = None
    cache_bytes: int = CAP_BYTES

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """From the environment; without CLEANCUT_CACHE, below XDG_CACHE_HOME or ~/.cache. Raises `InputError`."""
        base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        trust = environment.get("CLEANCUT_TRUST")
        return cls(
            Path(environment.get("CLEANCUT_CACHE") or Path(base) / "cleancut"),
            Path(trust) if trust else None,
            _bytes(environment, "CLEANCUT_CACHE_SIZE", CAP_BYTES),
        )


_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def _bytes(environment: Mapping[str, str], name: str, default: int) -> int:
    """A size as people write it: 500M, 20G."""
    text = environment.get(name, "")
    size = re.fullmatch(r"(\d{1,9})([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE | re.ASCII)
    if not text:
        return default
    if size is None or int(size[1]) == 0:
        raise InputError(f"{name}: {text!r} is not a size", "write a number and a unit, such as 500M or 20G")
    return int(size[1]) * _UNITS[size[2].upper()]


@dataclass(frozen=True)
class App:
    """The ports, wired."""

    cache: DiskCache
    packs: PackFiles
    documents: YamlDocuments
    register: RegisterPorts
    scan: ScanPorts
    check: CheckPorts
    imports: ImportPorts
    tables: OutTables


def app(settings: Settings) -> App:
    """Everything the faces call, for one process."""
    packs, documents, files, clips = PackFiles(), YamlDocuments(), LocalFiles(), PyAVClips()
    sounds, cache = PyAVSounds(), DiskCache(settings.cache, settings.cache_bytes)
    engine, sound_engine = ReferenceEngine(), LandmarkEngine()
    register = RegisterPorts(
        files=files,
        clips=clips,
        stills=PillowStills(),
        sounds=sounds,
        cache=cache,
        engine=engine,
        sound_engine=sound_engine,
    )
    scan = ScanPorts(files=files, clips=clips, sounds=sounds, cache=cache, engine=engine, sound_engine=sound_engine)
    check = CheckPorts(
        documents=documents,
        packs=packs,
        marks=FileMarks(settings.trust),
        register=register,
        scan=scan,
        verdicts=JsonVerdicts(),
        renderer=FileRenderer(),
        outputs=OutFolder(),
    )
    imports = ImportPorts(documents=documents, dossiers=YamlDossiers(), packs=packs, sheets=SheetFiles())
    return App(cache, packs, documents, register, scan, check, imports, OutTables())


def today() -> date:
    """The clock, read in this one place."""
    return date.today()  # noqa: DTZ011 - the day where the user sits
