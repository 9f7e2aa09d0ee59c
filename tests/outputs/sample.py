"""Verdicts to write outputs from, judged by the shipped rules: a full production, a hostile one, a big one, none."""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from cleancut.adapters.packs_files import PackFiles
from cleancut.model.dossier import (
    Approval,
    ApprovalCondition,
    Consent,
    Contact,
    Dossier,
    Evidence,
    NoticeSent,
    Person,
    Source,
    Terms,
    Title,
    Tool,
    Use,
)
from cleancut.model.findings import (
    WHOLE_FRAME,
    Corners,
    Coverage,
    Engine,
    Finding,
    Master,
    Scan,
    Transform,
    Unexamined,
    UnexaminedMaterial,
)
from cleancut.model.marks import Action, Ingredient, Mark, Told
from cleancut.model.material import Material, MaterialKind
from cleancut.model.timing import Clock, Rate, Span
from cleancut.model.verdict import Verdict
from cleancut.rules.case import Case
from cleancut.usecases.judge import judge
from judge.cases import BENIGN

ON = date(2026, 3, 31)
ENGINE = Engine("features", "1", {"step": 4})
SOUND_ENGINE = Engine("peaks", "1", {"rate": 8000})
NTSC = Fraction(30000, 1001)

FINAL: dict[str, Any] = {
    **BENIGN,
    "output_stage": "final",
    "p4": "no",
    "legible": "no",
    "referenced_in_scene": "no",
    "contributes_to_story": "no",
}

TOOLS = (
    Tool(
        "picto",
        "Pictomatic",
        "4.1",
        "Picto Labs",
        "enterprise",
        "no",
        "no",
        "yes",
        Terms("https://picto.example/terms", "enterprise", date(2026, 1, 10), "A. Reader", date(2026, 12, 31)),
    ),
    Tool("morph", "Morphix", "2", "Morph & Sons", "consumer_paid", "yes", "unsure", "no"),
)


def use(id_: str, name: str, answers: dict[str, Any] | None = None, **more: Any) -> Use:
    return Use(id_, name, BENIGN if answers is None else answers, **{"tools": ("picto",), **more})


def material(name: str, kind: MaterialKind = "clip", mark: Mark | None = None, frames: int = 96) -> Material:
    return Material(
        name,
        "sha256:" + "ab" * 32,
        kind,
        640,
        360,
        1 if kind == "still" else frames,
        (),
        (mark or Mark("none", "c2pa"),),
    )


def finding(name: str, first: int, end: int, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "medium": "picture",
        "kind": "match",
        "score": 0.93,
        "material_span": Span(8, 8 + end - first),
    }
    return Finding(name, Span(first, end), **{**given, **more})


def scan_of(
    *findings: Finding,
    frames: int = 1500,
    rate: Fraction = Fraction(24),
    start: str = "01:00:00:00",
    hears: bool = False,
    **coverage: Any,
) -> Scan:
    """All of the picture examined; of the sound nothing, or all where an engine `hears`."""
    master = Master("picture/master_v7.mov", "sha256:" + "cd" * 32, Clock(Rate(rate), start), frames, 1280, 720)
    whole = Span(0, frames)
    unheard = {"sound_missing": (Unexamined(whole, "no sound engine has run"),)}
    given = {"picture": (whole,), **({"sound": (whole,), "tracks": ("track 1: L R",)} if hears else unheard)}
    names = tuple(dict.fromkeys(item.material for item in findings))
    covered = Coverage(**{**given, "material": names, **coverage})
    return Scan(master, ENGINE, covered, findings, SOUND_ENGINE if hears else None)


def title(**more: Any) -> Title:
    given = {"contact": Contact("Dana Contact", "dana@buyer.example"), "production": "Harbour Pictures Ltd"}
    return Title("harbour", "The Harbour", "2", "netflix", **{**given, **more})


def judged(dossier: Dossier, materials: tuple[Material, ...] = (), scan: Scan | None = None, on: date = ON) -> Verdict:
    packs = PackFiles()
    answers = {item.id: packs.catalogue.read(item.answers, accept_derived=False) for item in dossier.uses}
    return judge(packs, Case(dossier, packs.catalogue, answers, materials, scan), on)


def digest_of_use(dossier: Dossier, use_id: str) -> str:
    verdict = judged(dossier)
    return next(s.decisions[0].facts_digest for s in verdict.standings if s.use.id == use_id)


POSTER_REGION: Corners = ((0.62, 0.18), (0.84, 0.22), (0.83, 0.66), (0.6, 0.6))
ZOOMED: Corners = ((-0.2, -0.1), (1.2, -0.1), (1.2, 1.1), (-0.2, 1.1))


@cache
def production() -> Verdict:
    """Nine uses of every kind, a master with each attribution, a damaged stretch and a file that does not open."""
    dossier = Dossier("cleancut/dossier/1", title(), _uses(), tools=TOOLS, **_records())
    covered = Approval(
        "appr-poster",
        "approval",
        "poster",
        "Dana Contact",
        date(2026, 2, 1),
        "Approved as long as nobody looks at it.",
        digest_of_use(dossier, "poster"),
        conditions=(
            ApprovalCondition("stays out of focus", "yes"),
            ApprovalCondition("no character touches it", "unsure"),
        ),
        ends=date(2026, 12, 31),
    )
    ran_out = Approval(
        "appr-sign",
        "approval",
        "sign",
        "Dana Contact",
        date(2025, 2, 1),
        "Fine until the end of the year.",
        digest_of_use(dossier, "sign"),
        ends=date(2025, 12, 31),
    )
    told = NoticeSent(
        "told-1", "moodboard", date(2026, 1, 5), "dana@buyer.example", digest_of_use(dossier, "moodboard")
    )
    dossier = Dossier(
        "cleancut/dossier/1",
        title(),
        _uses(),
        tools=TOOLS,
        approvals=(covered, ran_out),
        notices=(told,),
        **_records(),
    )
    return judged(dossier, _materials(), _scan())


def _records() -> dict[str, Any]:
    consent = Consent("consent-elsa", "elsa", ("lighthouse",), ("re_ageing",), date(2024, 5, 1))
    return {"people": (Person("elsa", "Elsa Brandt"),), "consents": (consent,)}


def _uses() -> tuple[Use, ...]:
    ageing = {
        **FINAL,
        "medium": ["video"],
        "likeness": "yes",
        "person": "elsa",
        "person_status": "cast",
        "talent_op": "re_ageing",
        "as_scripted": "yes",
        "alters_intent": "no",
        "guild_ok": "yes",
        "harm": "no",
        "inputs": ["unreleased_footage"],
    }
    return (
        use("moodboard", "Moodboard of the harbour at dawn", material=("mood/*",), prompts=("harbour at dawn, fog",)),
        use(
            "poster",
            "Background poster",
            {**FINAL, "description": "A film poster on the pub wall"},
            shots=("HB_010_0040@v003", "HB_010_0060"),
            material=("posters/regatta.png",),
            prompts=("1950s regatta poster, no text",),
            sources=(Source("Photograph of the pub wall", "own, taken on set"),),
            evidence=(
                Evidence("rights_clearance", date(2026, 1, 20), "Legal", "nothing protected in it", "clear-1"),
                Evidence("human_input", date(2026, 1, 12), "Art department", "Layout and lettering redrawn by hand"),
            ),
        ),
        use("letter", "Letter that is read aloud", {**FINAL, "referenced_in_scene": "yes"}, material=("letter.png",)),
        use("ageing", "De-ageing of Elsa", ageing, shots=("HB_020_0100",), material=("ageing/elsa.mp4",)),
        use("temp", "Temp shot of the storm", {**BENIGN, "medium": ["video"]}, material=("temp/storm.mp4",)),
        use("sign", "Shop sign", FINAL, material=("sign.png",)),
        use(
            "crowd",
            "Crowd extension by a vendor",
            {**FINAL, "medium": ["video"], "vendor_custom_workflow": "yes", "all_steps_declared": "unsure"},
            tools=("picto", "morph"),
            material=("crowd.mp4",),
        ),
        use("song", "Hummed tune", {**BENIGN, "medium": ["music"]}, material=("tune.wav",)),
        use("notes", "Scene notes", {**BENIGN, "medium": ["text"]}),
    )


def hostile_mark() -> Mark:
    """A mark every text of which is hostile."""
    texts = (HOSTILE[i % len(HOSTILE)] for i in range(99))
    return Mark(
        "invalid",
        next(texts),
        (next(texts),),
        next(texts),
        next(texts),
        next(texts),
        grade="signed",
        where=next(texts),
        file=next(texts),
        tools=(next(texts),),
        codes=(next(texts),),
        actions=(Action(next(texts), next(texts), next(texts), next(texts)),),
        ingredients=(Ingredient(next(texts), next(texts), "yes", (next(texts),)),),
        told=Told((next(texts),), (next(texts),), (next(texts),), (next(texts),)),
    )


def _materials() -> tuple[Material, ...]:
    signed = Mark(
        "valid", "c2pa", ("trainedAlgorithmicMedia",), "Pictomatic 4.1", "Picto Labs", grade="signed", generative="yes"
    )
    return (
        material("mood/dawn.png", "still"),
        material("posters/regatta.png", "still", signed),
        material("letter.png", "still"),
        material("ageing/elsa.mp4"),
        material("temp/storm.mp4"),
        material("sign.png", "still"),
        material("crowd.mp4"),
        material("insert/boat.mp4", mark=signed),
        material("loose.png", "still"),
    )


def _scan() -> Scan:
    held = {"material_span": None, "transform": Transform(0, False, 0.22)}
    return scan_of(
        finding("posters/regatta.png", 120, 216, region=POSTER_REGION, **held),
        finding("temp/storm.mp4", 300, 372, region=WHOLE_FRAME),
        finding("letter.png", 380, 470, region=ZOOMED, **{**held, "transform": Transform(0, False, 1.4)}),
        finding("ageing/elsa.mp4", 500, 604, transform=Transform(1.25, True, 1.0), score=0.88),
        finding("insert/boat.mp4", 610, 670, transform=Transform(-1.0, False, 1.0)),
        finding("posters/regatta.png", 700, 712, region=POSTER_REGION, **held),
        finding("crowd.mp4", 705, 800, region=((0, 0.12), (1, 0.12), (1, 0.88), (0, 0.88))),
        finding("sign.png", 900, 1000, region=POSTER_REGION, **held),
        finding("temp/storm.mp4", 1100, 1140, kind="related", score=0.41),
        picture=(Span(0, 1200), Span(1230, 1500)),
        picture_missing=(Unexamined(Span(1200, 1230), "damaged: the decoder guessed these frames"),),
        material_missing=(UnexaminedMaterial("tune.wav", "is not a film", "Export it as MP4 or MOV."),),
        ignored=(".DS_Store", "posters/.hidden.png"),
    )


@cache
def clear() -> Verdict:
    """One use, told, not in the master."""
    dossier = Dossier("cleancut/dossier/1", title(), (use("moodboard", "Moodboard", material=("a.png",)),), tools=TOOLS)
    told = NoticeSent("t", "moodboard", date(2026, 1, 5), "dana@buyer.example", digest_of_use(dossier, "moodboard"))
    dossier = Dossier("cleancut/dossier/1", title(), dossier.uses, tools=TOOLS, notices=(told,))
    return judged(dossier, (material("a.png", "still"),), scan_of(material=("a.png",)))


@cache
def nothing() -> Verdict:
    """No use, no material, no deliverable, no contact, hardly a name."""
    return judged(Dossier("cleancut/dossier/1", Title("x", "", contact=None), ()))


HOSTILE = (
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)> & \'quoted\'',
    "{{ 7*7 }} {% raw %} <!-- -->",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1",
    "name\r\nBcc: evil@evil.example\r\n\r\nbody",
    "\u202egnp.exe \u2066x", "מסך הנמל", "ميناء الفجر", "港の夜明け 🚢", "a|C:ResolveColorRed |M:x |D:9",
    "2. first digit", "null\0byte \x1b[31m", "x" * 300, "very long name " * 40,
)  # fmt: skip


BROKEN_NAME = "not-utf-8-\udce9.png"


@cache
def hostile() -> Verdict:
    """Every text that people type or files are called is one that means harm, or merely is unusual."""
    texts = itertools.cycle(HOSTILE)
    uses = tuple(
        Use(
            f"use-{i}<b>",
            text,
            {**FINAL, "description": next(texts), "human_input": next(texts)},
            ("tool<i>",),
            (next(texts),),
            (f"m{i}",),
            prompts=(next(texts), text),
            sources=(Source(next(texts), next(texts)),),
            evidence=(Evidence("rights_clearance", ON, next(texts), next(texts)),),
        )
        for i, text in enumerate(HOSTILE)
    )
    terms = Terms("javascript:alert(1)", "enterprise", date(2026, 1, 1), HOSTILE[0])
    tools = (Tool("tool<i>", HOSTILE[0], HOSTILE[1], HOSTILE[2], "enterprise", "no", "no", "yes", terms),)
    approvals = tuple(
        Approval(
            f"a{i}<u>",
            "approval",
            item.id,
            next(texts),
            ON,
            next(texts),
            "0" * 12,
            conditions=(ApprovalCondition(next(texts), "no"),),
        )
        for i, item in enumerate(uses)
    )
    named = Title(
        "id<b>",
        HOSTILE[0] + HOSTILE[11],
        HOSTILE[1],
        "netflix",
        Contact(HOSTILE[11], "a@b.example\r\nBcc: c@d.example"),
    )
    dossier = Dossier("cleancut/dossier/1", named, uses, tools=tools, approvals=approvals)
    mark = hostile_mark()
    marked = (material(f"m{i}", "still", mark) for i in range(len(uses)))
    materials = (*marked, material(HOSTILE[0]), material(BROKEN_NAME))
    found = [finding(f"m{i}", 10 * i, 10 * i + 9, material_span=None) for i in range(len(uses))]
    scan = scan_of(
        *found,
        finding(HOSTILE[0], 400, 420, also=HOSTILE[:3]),
        finding(BROKEN_NAME, 430, 440),
        picture_missing=(Unexamined(Span(450, 460), HOSTILE[0]),),
        material_missing=(UnexaminedMaterial(HOSTILE[1], HOSTILE[2], HOSTILE[3]),),
        ignored=(*HOSTILE, BROKEN_NAME),
    )
    return judged(dossier, materials, scan)


@cache
def big(findings: int = 70, uses: int = 100) -> Verdict:
    """A season's worth in one master of two hours."""
    frames = 2 * 3600 * 24
    declared = tuple(
        use(
            f"use-{i:03d}",
            f"Background element number {i}",
            FINAL if i % 3 else BENIGN,
            material=(f"m/{i:03d}.png",),
            shots=(f"HB_{i:03d}_0010", f"HB_{i:03d}_0020"),
            prompts=("a harbour in the fog",),
        )
        for i in range(uses)
    )
    materials = tuple(material(f"m/{i:03d}.png", "still") for i in range(uses + 5))
    found = [
        finding(
            f"m/{i % (uses + 5):03d}.png",
            first := i * frames // findings,
            first + 48 + i,
            material_span=None,
            region=POSTER_REGION,
        )
        for i in range(findings)
    ]
    return judged(
        Dossier("cleancut/dossier/1", title(), declared, tools=TOOLS), materials, scan_of(*found, frames=frames)
    )
