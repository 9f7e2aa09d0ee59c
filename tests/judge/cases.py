"""Cases made by hand: a dossier's data, materials and findings, without any media."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from cleancut.adapters.packs_files import PackFiles
from cleancut.model.dossier import Dossier
from cleancut.model.findings import Coverage, Engine, Finding, Master, Scan, Unexamined, UnexaminedMaterial
from cleancut.model.marks import Mark
from cleancut.model.material import Material
from cleancut.model.record import read
from cleancut.model.timing import Clock, Rate, Span
from cleancut.rules.case import Case
from cleancut.usecases.judge import judge as run_judge

ON = date(2026, 11, 20)
PACKS = PackFiles()

BENIGN = {
    "is_generative": "yes",
    "medium": ["image"],
    "output_stage": "temporary",
    "key_creative_element": "no",
    "output_resembles_protected": "no",
    "inputs": ["public"],
    "prompts_reference_protected": "no",
    "vendor_custom_workflow": "no",
    "trains_model": "no",
    "likeness": "no",
    "talent_op": "none",
    "mistaken_for_real": "no",
    "replaces_union_work": "no",
    "p1": "yes",
    "p2": "yes",
    "p3": "yes",
    "p4": "yes",
    "p5": "yes",
}
FINAL = {
    "output_stage": "final",
    "p4": "no",
    "legible": "no",
    "referenced_in_scene": "no",
    "contributes_to_story": "no",
}
SAFE_TOOL = {
    "id": "safe",
    "product": "Brush",
    "tier": "enterprise",
    "trains": "no",
    "stores": "no",
    "enterprise_secured": "yes",
    "terms": {
        "address": "https://example.com/terms",
        "tier": "enterprise",
        "read_on": "2026-01-10",
        "read_by": "A. Reader",
    },
}


def use(id_="a", *, material=("a.png",), tools=("safe",), evidence=(), answers=None, **more):
    return {
        "id": id_,
        "name": f"use {id_}",
        "material": list(material),
        "tools": list(tools),
        "evidence": list(evidence),
        "answers": {**BENIGN, **(answers or {})},
        **more,
    }


def dossier(uses, **more):
    data = {
        "schema": "cleancut/dossier/1",
        "title": {"id": "film", "name": "Film"},
        "tools": [SAFE_TOOL],
        "uses": uses,
        **more,
    }
    return read(Dossier, data)


def material(name, mark=None, also=()):
    return Material(name, f"digest of {name}", "still", 640, 360, 1, tuple(also), (mark,) if mark else ())


def finding(name, first=10, end=50, kind="match"):
    return Finding(name, Span(first, end), "picture", kind, 0.9)


def scan(findings=(), *, picture_missing=(), material_missing=(), names=("a.png",)):
    coverage = Coverage(
        picture=(Span(0, 100),),
        picture_missing=tuple(Unexamined(span, "damaged") for span in picture_missing),
        material=tuple(names),
        material_missing=tuple(UnexaminedMaterial(name, "does not decode") for name in material_missing),
    )
    master = Master("master.mp4", "d", Clock(Rate(Fraction(24))), 100, 640, 360)
    return Scan(master, Engine("test", "1", {}), coverage, tuple(findings))


def sound_material(name, milliseconds=10_000):
    return Material(name, f"digest of {name}", "sound", 0, 0, 0, sound_milliseconds=milliseconds)


def clip_material(name, milliseconds=10_000):
    return Material(name, f"digest of {name}", "clip", 640, 360, 240, sound_milliseconds=milliseconds, rate="24/1")


def sound_finding(name, first=10, end=50, kind="match"):
    return Finding(name, Span(first, end), "sound", kind, 0.9, Span(0, end - first), channels=("track 1: L",))


WHOLE = (Span(0, 100),)


def heard(findings=(), *, sound=WHOLE, sound_missing=(), **more):
    """A scan that listened too: to all of one track, unless other spans are given."""
    scanned = scan(findings, **more)
    missing_ = tuple(Unexamined(span, "track 1: damaged") for span in sound_missing)
    coverage = replace(scanned.coverage, sound=tuple(sound), sound_missing=missing_, tracks=("track 1",))
    return replace(scanned, coverage=coverage, sound_engine=Engine("ear", "1", {}))


def without_sound(*, lacking=(), **more):
    """A scan of a master that has no sound track."""
    gap = Unexamined(Span(0, 100), "the master has no sound track")
    scanned = heard(sound=(), **more)
    coverage = replace(scanned.coverage, sound_missing=(gap,), tracks=(), lacking=tuple(lacking))
    return replace(scanned, coverage=coverage)


def without_picture(*, lacking=(), **more):
    """A scan of a sound file."""
    gap = Unexamined(Span(0, 100), "no picture in this file")
    scanned = heard(**more)
    coverage = replace(scanned.coverage, picture=(), picture_missing=(gap,), has_picture=False, lacking=tuple(lacking))
    return replace(scanned, coverage=coverage)


def case(declared, materials=None, scanned=None, missing_documents=()):
    names = [pattern for item in declared.uses for pattern in item.material]
    if materials is None:
        materials = tuple(material(name) for name in dict.fromkeys(names))
    answers = {u.id: PACKS.catalogue.read(u.answers, accept_derived=False) for u in declared.uses}
    return Case(declared, PACKS.catalogue, answers, tuple(materials), scanned, frozenset(missing_documents))


def judge(a_case, on=ON):
    return run_judge(PACKS, a_case, on)


def digest_of_use(a_case, id_="a", on=ON):
    return next(s.decisions[0].facts_digest for s in judge(a_case, on).standings if s.use.id == id_)


def record(kind, digest, id_="AP", use_="a", **more):
    return {
        "id": id_,
        "kind": kind,
        "use": use_,
        "by": "Contact",
        "on": "2026-11-01",
        "says": "ok",
        "facts_digest": digest,
        **more,
    }


def marked():
    return Mark("valid", "c2pa", ("trainedAlgorithmicMedia",), "Gen 1", grade="signed", generative="yes")
