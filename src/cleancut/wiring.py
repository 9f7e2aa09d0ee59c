"""Settings to App: the only file that knows both ports and adapters, and that reads the clock and environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.cache_disk import CAP_BYTES, DiskCache
from cleancut.adapters.dossier_yaml import YamlDossiers
from cleancut.adapters.files_local import LocalFiles
from cleancut.adapters.languages import Worded, figure, languages, reworded, speaking, worded
from cleancut.adapters.out_folder import OutFolder
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.readers_apart import readers_apart
from cleancut.adapters.render_files import FileRenderer
from cleancut.adapters.sheets_files import SheetFiles
from cleancut.adapters.tables_files import OutTables
from cleancut.adapters.text_yaml import YamlDocuments
from cleancut.adapters.verdicts_json import JsonVerdicts
from cleancut.errors import InputError
from cleancut.match.engine import ReferenceEngine
from cleancut.match.sound.engine import LandmarkEngine
from cleancut.readers import readers
from cleancut.usecases.check import CheckPorts
from cleancut.usecases.import_sheets import ImportPorts
from cleancut.usecases.register import RegisterPorts
from cleancut.usecases.scan import ScanPorts

__all__ = ["App", "Settings", "Worded", "app", "figure", "languages", "reworded", "speaking", "today", "worded"]

FILE_SECONDS = 60
FILES_AT_ONCE = 2  # of material: one is looked at while another is read
FILE_BYTES = 1024**3 * min(16, max(2, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 3 // 1024**3))
"""A third of the memory, from 2 to 16 GiB, for two are open at once: a decoder of 8K holds dozens of frames, each a
tenth of a GiB."""


@dataclass(frozen=True)
class Settings:
    """What may differ between machines. Nothing here changes what clear means.

    `cache` (CLEANCUT_CACHE) holds fingerprints and small pictures, private to the user, about `cache_bytes`
    (CLEANCUT_CACHE_SIZE, such as 20G) of them. `trust` (CLEANCUT_TRUST) is a PEM file of root certificates whose
    provenance marks count as trusted. A file that makes its reader stand still for `file_seconds`
    (CLEANCUT_FILE_SECONDS), or needs more than `file_bytes` (CLEANCUT_FILE_MEMORY, such as 8G), is not examined.
    `threads` (CLEANCUT_THREADS) is how many work on one file at once, 0 for as many as there are processors;
    findings do not depend on it. No temporary folder is used: what is written aside lies in the cache, or beside the
    output folder.
    `language` (CLEANCUT_LANGUAGE) is what people are spoken to in where the command line does not say.
    """

    cache: Path
    trust: Path | None = None
    cache_bytes: int = CAP_BYTES
    file_seconds: int = FILE_SECONDS
    file_bytes: int = FILE_BYTES
    threads: int = 0
    language: str = "en"

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """From the environment; without CLEANCUT_CACHE, below XDG_CACHE_HOME or ~/.cache. Raises `InputError`."""
        base = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        trust = environment.get("CLEANCUT_TRUST")
        return cls(
            Path(environment.get("CLEANCUT_CACHE") or Path(base) / "cleancut"),
            Path(trust) if trust else None,
            _bytes(environment, "CLEANCUT_CACHE_SIZE", CAP_BYTES),
            _seconds(environment, "CLEANCUT_FILE_SECONDS", FILE_SECONDS),
            _bytes(environment, "CLEANCUT_FILE_MEMORY", FILE_BYTES),
            _count(environment, "CLEANCUT_THREADS"),
            _language(environment),
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


def _language(environment: Mapping[str, str]) -> str:
    code = environment.get("CLEANCUT_LANGUAGE") or "en"
    if code not in languages():
        raise InputError(f"CLEANCUT_LANGUAGE: there is no language {code!r}", f"write one of {', '.join(languages())}")
    return code


def _seconds(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if text and not re.fullmatch(r"[1-9]\d{0,5}", text.strip(), re.ASCII):
        raise InputError(f"{name}: {text!r} is not a number of seconds", f"write a whole number, such as {default}")
    return int(text) if text else default


def _count(environment: Mapping[str, str], name: str) -> int:
    """A whole number; 0 where it is not set."""
    text = environment.get(name, "").strip()
    if text and not re.fullmatch(r"[1-9]\d{0,3}", text, re.ASCII):
        raise InputError(f"{name}: {text!r} is not a number of threads", "write a whole number, such as 2")
    return int(text or 0)


@dataclass(frozen=True)
class App:
    """The ports, wired. `warm` starts the process that will open files, where it is known that one will be needed."""

    cache: DiskCache
    packs: PackFiles
    documents: YamlDocuments
    register: RegisterPorts
    scan: ScanPorts
    check: CheckPorts
    imports: ImportPorts
    tables: OutTables
    warm: Callable[[], None]


def app(settings: Settings) -> App:
    """Everything the faces call, for one process. What others made is opened in another. Raises `InputError`."""
    packs, documents, files = PackFiles(), YamlDocuments(), LocalFiles()
    cache, threads = DiskCache(settings.cache, settings.cache_bytes), settings.threads or os.cpu_count() or 1
    engine, sound_engine = ReferenceEngine(threads), LandmarkEngine(threads)
    if settings.trust:
        readers(str(settings.trust))  # what is wrong with it is said before any work
    trust = str(settings.trust.absolute()) if settings.trust else ""
    entry = Entry(f"{readers.__module__}:{readers.__name__}", {"trust": trust, "threads": settings.threads})
    workers = Workers(entry, Limits(settings.file_seconds, settings.file_bytes))
    there = readers_apart(workers)
    register = RegisterPorts(
        files=files,
        clips=there.clips,
        stills=there.stills,
        sounds=there.sounds,
        cache=cache,
        engine=engine,
        sound_engine=sound_engine,
        at_once=min(threads, FILES_AT_ONCE),
    )
    scan = ScanPorts(
        files=files, clips=there.clips, sounds=there.sounds, cache=cache, engine=engine, sound_engine=sound_engine
    )
    check = CheckPorts(
        documents=documents,
        packs=packs,
        marks=there.marks,
        register=register,
        scan=scan,
        verdicts=JsonVerdicts(),
        renderer=FileRenderer(there.pictures, there.sounds),
        outputs=OutFolder(),
    )
    imports = ImportPorts(documents=documents, dossiers=YamlDossiers(), packs=packs, sheets=SheetFiles())
    return App(cache, packs, documents, register, scan, check, imports, OutTables(), workers.warm)


def today() -> date:
    """The clock, read in this one place."""
    return date.today()  # noqa: DTZ011 - the day where the user sits
