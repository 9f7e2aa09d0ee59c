"""Every reader of what others wrote: what it is fed, and what it may say. Anything else it raises is a bug."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import xlsxwriter
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from adapters.signed import created, media, new_authority, signer_to
from cleancut.adapters.apart_process import Entry, Limits, Workers
from cleancut.adapters.cache_disk import DiskCache
from cleancut.adapters.dossier_yaml import YamlDossiers
from cleancut.adapters.metadata_file import carried_in
from cleancut.adapters.packs_files import SHIPPED, PackFiles
from cleancut.adapters.readers_apart import readers_apart
from cleancut.adapters.render_files import FileRenderer
from cleancut.adapters.sheets_files import SheetFiles
from cleancut.adapters.tables_files import OutTables
from cleancut.adapters.text_yaml import YamlDocuments
from cleancut.adapters.verdicts_json import JsonVerdicts
from cleancut.errors import CleancutError, InputError
from cleancut.ports import RenderOptions, Unreadable
from cleancut.rules.case import Case
from cleancut.rules.examples import failures
from cleancut.testing import texture
from cleancut.usecases.dossier import load_dossier, read_facts
from cleancut.usecases.export_sheets import export
from cleancut.usecases.import_sheets import ImportPorts, carry_out, plan_import, read_dossier
from cleancut.usecases.judge import decide, judge
from faces.production import DOSSIER
from outputs.sample import production

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples"
ON = date(2026, 11, 20)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"<rdf:Description "
    b'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" e:DigitalSourceType="http://cv.iptc.org/newscodes/'
    b'digitalsourcetype/trainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>'
)
SETTINGS = "a harbour at dusk\nNegative prompt: rain\nSteps: 20, Sampler: Euler a, Seed: 7, Model: dreamer"
BROKEN = ("its reader failed", "its reader crashed", "its reader made no progress", "its reader said")


class Broken(Exception):
    """A reader in another process that did what it must not."""


@dataclass(frozen=True)
class Target:
    """`read` gets the bytes and a folder of its own. `seeds` makes what they are made from in such a folder."""

    name: str
    seeds: Callable[[Path], Sequence[bytes]]
    read: Callable[[bytes, Path], object]
    may_say: tuple[type[BaseException], ...] = (InputError,)
    quick: int = 150  # inputs in the suite


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# --- text -------------------------------------------------------------------------------------------------------------


def _dossiers(folder: Path) -> list[bytes]:
    starter = ROOT / "src" / "cleancut" / "faces" / "starter.yaml"
    example = (EXAMPLE / "nightferry" / "dossier.yaml").read_bytes()
    (folder / "material").mkdir(exist_ok=True)
    return [DOSSIER.encode(), starter.read_bytes(), example]


def _dossier(data: bytes, folder: Path) -> None:
    load_dossier(YamlDocuments(), PackFiles().catalogue, _file(folder, "dossier.yaml", data))


def _judged(data: bytes, folder: Path) -> None:
    """What loads can be judged, and written."""
    packs = PackFiles()
    loaded = load_dossier(YamlDocuments(), packs.catalogue, _file(folder, "dossier.yaml", data))
    case = Case(loaded.dossier, packs.catalogue, loaded.answers, missing_documents=loaded.missing_documents)
    FileRenderer().render(judge(packs, case, ON), None, None, RenderOptions(frames=False))


def _facts(data: bytes, folder: Path) -> None:
    packs = PackFiles()
    answers = read_facts(YamlDocuments(), packs.catalogue, _file(folder, "facts.yaml", data))
    decide(packs, answers).record()


def _pack(data: bytes, folder: Path) -> None:
    files = PackFiles()
    _file(folder, "pack.yaml", data)
    _file(folder, "examples.yaml", (SHIPPED / "netflix" / "examples.yaml").read_bytes())
    pack = files.load(f"{folder}/")
    failures(pack, files.examples(f"{folder}/"))


def _examples(data: bytes, folder: Path) -> None:
    files = PackFiles()
    _file(folder, "pack.yaml", (SHIPPED / "netflix" / "pack.yaml").read_bytes())
    _file(folder, "examples.yaml", data)
    failures(files.load(f"{folder}/"), files.examples(f"{folder}/"))


def _verdicts(folder: Path) -> list[bytes]:
    return [FileRenderer().render(production(), None, None, RenderOptions(frames=False))["verdict.json"]]


# --- sheets -----------------------------------------------------------------------------------------------------------


def _tables(folder: Path) -> list[bytes]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Tools")
        for number, row in enumerate(
            (("Tool", "Tier", "Read on"), ("Brush", "enterprise", 46000.5), ("=1+1", "", True))
        ):
            sheet.write_row(number, 0, row)
    stored = io.BytesIO()  # as above without compression: so a change reaches the XML
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as packed, zipfile.ZipFile(stored, "w") as plain:
        for name in packed.namelist():
            plain.writestr(name, packed.read(name))
    text = 'Tool;Tier;"Read on"\r\nBrush;enterprise;2026-01-10\r\n"a ""b""\nc";;\r\n'
    return [out.getvalue(), stored.getvalue(), text.encode("utf-16"), text.encode("cp1252"), text.encode()]


def _registers(folder: Path) -> list[bytes]:
    """The registers of the example, as `cleancut export` writes them."""
    target = folder / "registers"
    export(YamlDocuments(), PackFiles(), OutTables(), EXAMPLE / "nightferry" / "dossier.yaml", target)
    return [path.read_bytes() for path in sorted(target.iterdir())]


def _imported(data: bytes, folder: Path) -> None:
    """What is taken from a sheet, into the dossier that the sheets came from or one that knows none of it, makes a
    dossier that reads."""
    ports = ImportPorts(YamlDocuments(), YamlDossiers(), PackFiles(), SheetFiles())
    into = DOSSIER.encode() if len(data) % 2 else (EXAMPLE / "nightferry" / "dossier.yaml").read_bytes()
    dossier, sheet = _file(folder, "dossier.yaml", into), _file(folder, "sheet.csv", data)
    if carry_out(ports, plan_import(ports, [sheet], dossier, None), without_refused=True):
        try:
            read_dossier(ports, dossier)
        except InputError as error:
            raise Broken(str(error)) from None


# --- marks, metadata and media ----------------------------------------------------------------------------------------


def _marked(folder: Path) -> list[bytes]:
    """Small files with signed, embedded and plain marks."""
    sign = signer_to(folder, new_authority())
    signed = [
        sign(media(folder / f"made{suffix}"), created()).read_bytes() for suffix in (".png", ".jpg", ".mp4", ".wav")
    ]
    small, notes = Image.fromarray(texture(1, 48, 32)), PngInfo()
    notes.add_text("parameters", SETTINGS)
    notes.add_itxt("prompt", '{"1": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["2", 0]}}}', zip=True)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    made = []
    for suffix, options in (
        ("PNG", {"pnginfo": notes}),
        ("JPEG", {"xmp": XMP, "comment": SETTINGS.encode()}),
        ("WEBP", {"xmp": XMP}),
        ("TIFF", {"tiffinfo": {700: XMP, 305: "Dreamer"}}),
    ):
        out = io.BytesIO()
        small.save(out, suffix, **options)
        made.append(out.getvalue())
    return [*signed, *made]


_WORKERS = Workers(Entry("cleancut.readers:readers"), Limits(30, 2 * 1024**3))
_THERE = readers_apart(_WORKERS)


def _marks(data: bytes, folder: Path) -> None:
    for mark in _THERE.marks.read(_file(folder, "fuzzed", data)):
        if mark.note.startswith(BROKEN):
            raise Broken(mark.note)


def _stills(data: bytes, folder: Path) -> None:
    path = _file(folder, "fuzzed.png", data)
    for act in (_THERE.stills.pages, _THERE.stills.size, _THERE.stills.read):
        _refused_or_not(act, path)
    _THERE.pictures.of_still(path, 64)


def _films(data: bytes, folder: Path) -> None:
    path = _file(folder, "fuzzed", data)

    def frames(of: Path) -> None:
        with _THERE.clips.open(of) as reading:
            for _frame in reading:
                pass

    def samples(of: Path) -> None:
        with _THERE.sounds.open(of, 16000) as hearing:
            for _block in hearing:
                pass

    for act in (frames, samples):
        _refused_or_not(act, path)
    _THERE.pictures.of_video(path, [0, 3], 64)


def _refused_or_not(act: Callable[[Path], object], path: Path) -> None:
    try:
        act(path)
    except Unreadable as refusal:
        if refusal.reason.startswith(BROKEN):
            raise Broken(refusal.reason) from None


def _entries(folder: Path) -> list[bytes]:
    DiskCache(folder).save("seed", {"a": np.arange(6).reshape(2, 3), "text": np.array("word"), "f": np.zeros(0, "f4")})
    return [(folder / "seed.npz").read_bytes()]


def _entry(data: bytes, folder: Path) -> None:
    (folder / "cache").mkdir(exist_ok=True)
    _file(folder / "cache", "key.npz", data)
    DiskCache(folder / "cache").load("key")


TARGETS = (
    Target("dossier", _dossiers, _dossier),
    Target("judged", _dossiers, _judged, quick=25),
    Target("facts", lambda folder: [(EXAMPLE / "facts.yaml").read_bytes()], _facts, quick=60),
    Target("pack", lambda folder: [(SHIPPED / "netflix" / "pack.yaml").read_bytes()], _pack, quick=25),
    Target("examples", lambda folder: [(SHIPPED / "netflix" / "examples.yaml").read_bytes()], _examples, quick=10),
    Target(
        "verdict", _verdicts, lambda data, folder: JsonVerdicts().read(_file(folder, "verdict.json", data)), quick=80
    ),
    Target("sheet", _tables, lambda data, folder: SheetFiles().read(_file(folder, "sheet", data))),
    Target("import", _registers, _imported, quick=25),
    Target("metadata", _marked, lambda data, folder: carried_in(io.BytesIO(data)), ()),
    Target("marks", _marked, _marks, ()),
    Target("stills", _marked, _stills, ()),
    Target("films", _marked, _films, (), quick=40),
    Target("cache", _entries, _entry, ()),
)

assert all(issubclass(kind, CleancutError) for target in TARGETS for kind in target.may_say)
