"""Write docs/reference and the dossier's JSON Schema from the code, so that none can say what the others do not.

    python docs/generate.py            write every page anew
    python docs/generate.py --check    change nothing; print what would change, as a diff for `git apply`, and fail

One function per file; each returns its text and reads only the installed package.
"""

from __future__ import annotations

import dataclasses
import difflib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

import cleancut
from cleancut import errors
from cleancut.adapters import cue_sheet_apa, markers_in_time, provenance_tables
from cleancut.adapters.packs_files import PackFiles
from cleancut.adapters.render_files import CUE_SHEETS, MARKERS
from cleancut.faces import python
from cleancut.model.decisions import OUTCOMES
from cleancut.model.dossier import Dossier
from cleancut.model.evidence import EVIDENCE
from cleancut.model.record import json_schema
from cleancut.rules import conditions, pack
from cleancut.rules.catalogue import FactSpec
from cleancut.rules.conditions import ALWAYS, NEVER, All, Any_, Condition, Leaf, Not, SwitchLeaf
from cleancut.usecases import items
from cleancut.usecases.columns import ImportMap
from cleancut.usecases.registers import registers

ROOT = Path(__file__).parent.parent
SCHEMAS = Path(str(files("cleancut"))) / "schemas"
MADE = "<!-- Made from the code by `make docs`. Do not edit. -->\n"


FACTS_INTRODUCTION = """
What rules look at. A declared fact is answered by the person named; a derived one is computed from records, marks and
findings, and a dossier that states it is refused.

Every choice accepts `unsure`, and `unknown` means the same. A fact that is not asked is not missing; one that is asked
and not answered is unsure. A reference, text or date that is not there is absent: leave it out.
"""

MARKS_INTRODUCTION = """
What a file, or a sidecar beside it, states of how it was made. Marks are read from material, from the master and from
the sound files beside it; the network is never used. None found says nothing of how a file was made.

Each has a grade as evidence. *Signed*: a C2PA manifest; whether it holds (valid, invalid with its codes) is told
apart from whether its signer is on the trust list (`CLEANCUT_TRUST`). *Embedded*: a field made for this, such as
IPTC's digital source type, which anybody can write. *Plain text*: what a generator notes of its settings.

A mark that states generative AI contradicts a use declared not generative. A tool that only a mark names contradicts
the tools declared, and is judged with the use as one of which nothing is known. A mark that cannot be read, and one
whose terms leave it open, are unsure. A manifest kept elsewhere is named and not fetched: save it beside the file,
under the file's name and `.c2pa`, and it is read.

A mark on the master that states generative AI is tied to the final uses that declare its tool, or to the final uses
that the dossier names under `marked_uses` where it names no tool. Tied to none, it holds delivery.
"""

MARKS_PLACES = [
    ("PNG", "C2PA; XMP; tEXt, zTXt and iTXt before and after the picture; EXIF"),
    ("JPEG, PSD", "C2PA (JPEG); XMP and its extension; EXIF; IPTC fields; comments"),
    ("WebP, WAV, AVI", "C2PA; XMP; EXIF; INFO texts; Broadcast Wave"),
    ("TIFF, DNG", "C2PA; XMP; EXIF; IPTC fields"),
    ("HEIC, AVIF", "C2PA; EXIF; XMP within 4 MB of either end"),
    ("GIF, PDF", "C2PA; XMP within 4 MB of either end"),
    ("OpenEXR", "attributes of type string in the header"),
    ("MP4, MOV, M4A", "C2PA; XMP in a uuid box or the user data; user data, iTunes items, keys"),
    ("Matroska, WebM, MXF, Ogg, FLAC, MP3, AIFF", "C2PA (FLAC, MP3); tags of the file and of its tracks"),
    (
        "any, in sidecars",
        "`NAME.c2pa`, `NAME.xmp`, `NAME.txt`, `NAME.json`, NAME being the file's with or without its suffix",
    ),
]

PACKS_INTRODUCTION = """
A pack is a folder with `pack.yaml` (the rules), `examples.yaml` (what each rule must say to given answers) and
`source.md` (title, address and date read of what it was authored from). `cleancut packs test` runs the examples.
"""

PYTHON_EXAMPLE = """
from datetime import date

import cleancut

checked = cleancut.check("my-film/dossier.yaml", on=date(2026, 11, 20))
for step in checked.verdict.steps:
    print(step.word, step.who, step.what)
"""

OUTPUTS_INTRODUCTION = """
What `cleancut check` writes into its output folder, besides `verdict.json`, `report.html` and, with `--since`,
`changes.json` ([formats](formats.md)): all of it or nothing, and the same bytes for the same verdict. `notices/` holds
a message for each use, as `.eml` and `.txt`.
"""


MAPPING_INTRODUCTION = """
`cleancut import SHEET --into DOSSIER --map FILE` reads sheets whose headers it does not know. A column is named by its
header or by its letter.
"""

REGISTERS_INTRODUCTION = """
A sheet holds one of these registers. A header means a field by the field's name or by one of the words beside it,
whatever its case, accents and punctuation; any fact may be a column of `uses`, by its id or its question. A cell of a
list holds its items in lines, or with semicolons, and commas where no item may hold one. A cell that is a JSON string,
`"like this"`, is exactly that text. Days are those of the spreadsheet, 2026-03-31, 31.03.2026 or words; 03/04/2026 is
refused until the mapping file says what it means. Shots: `ABC_010_0040_comp_v012` is version v012 of `ABC_010_0040`;
`ABC_010_0010-0080` counts in tens where both ends are tens, else in ones.
"""


# --- the pages --------------------------------------------------------------------------------------------------------


def errors_page() -> str:
    rows = [
        (f"`{kind.code}`", kind.__name__, str(kind.exit_code), said(kind.__doc__))
        for kind in tree(errors.CleancutError)
    ]
    return page(
        "Errors",
        "Every error has a message (what is wrong, and where), a hint (the way out) and a code that scripts may test.",
        "What is wrong *inside* the material of a scan is no error: it is listed as not examined, with its reason.",
        table(("Code", "Error", "Exit code", "When"), rows),
    )


def facts_page() -> str:
    catalogue = PackFiles().catalogue
    parts = [said(FACTS_INTRODUCTION, whole=True)]
    for group in dict.fromkeys(spec.group for spec in catalogue.facts.values()):
        parts += [f"## {group}", *(fact_entry(spec) for spec in catalogue.facts.values() if spec.group == group)]
    parts += ["## Named conditions", "Used in `asked_when` and in packs like facts."]
    parts += [table(("Name", "Holds when"), [(f"`{name}`", phrase(c)) for name, c in catalogue.definitions.items()])]
    return page("Facts", *parts)


def evidence_page() -> str:
    rows = [(f"`{kind.kind}`", kind.title, kind.who, kind.ask) for kind in EVIDENCE.values()]
    return page(
        "Evidence",
        "The closed table of what a failing condition may ask for. A pack that names another kind does not load.",
        table(("Kind", "Title", "Supplied by", "What is asked"), rows),
    )


def marks_page() -> str:
    terms = [
        (f"`{spec.term}`", spec.generative, f"{spec.means}{retired(spec)}")
        for spec in provenance_tables.source_types().values()
    ]
    forms: dict[str, list[provenance_tables.TextRule]] = {}
    for rule in provenance_tables.generators().texts:
        forms.setdefault(rule.product, []).append(rule)
    products = [
        (
            product,
            ", ".join(dict.fromkeys(r.grade.replace("_", " ") for r in rules)),
            ", ".join(f"`{r.id}`" for r in rules),
        )
        for product, rules in forms.items()
    ]
    named = sorted(provenance_tables.generators().names, key=lambda entry: entry[0].lower())
    return page(
        "Marks",
        said(MARKS_INTRODUCTION, whole=True),
        "## Where marks are looked for",
        table(("Kind of file", "Read there"), MARKS_PLACES),
        "## Terms of IPTC and C2PA",
        "http or https, as an address, a code such as `digsrctype:print`, or alone. A term that is not here is unsure.",
        table(("Term", "States generative AI", "Means"), terms),
        "## What generators note of themselves",
        table(("Product", "Grade", "Forms known"), products),
        "A program may also be known by its name in a field of software: "
        + ", ".join(f"{name} (unsure)" if answer == "unsure" else name for name, _, answer in named)
        + ".",
    )


def retired(spec: provenance_tables.SourceType) -> str:
    return f"; retired {spec.retired}, now `{spec.instead}`" if spec.retired else ""


def packs_page() -> str:
    names = PackFiles().names()
    rows = [(f"[{name}](rules-{name}.md)", PackFiles().load(name).title) for name in names]
    return page(
        "Packs",
        said(PACKS_INTRODUCTION),
        table(("Pack", "Title"), rows),
        "## How a rule reads",
        said(pack.__doc__, whole=True),
        "## How a condition reads",
        said(conditions.__doc__, whole=True),
        "## Outcomes, from mild to harsh",
        ", ".join(f"`{outcome}`" for outcome in OUTCOMES) + ". The decision on a use is the harshest of its rules.",
        "Facts are listed in [facts.md](facts.md), kinds of evidence in [evidence.md](evidence.md).",
    )


def rules_page(name: str) -> str:
    loaded = PackFiles().load(name)
    parts = [
        f"{loaded.title}, version {loaded.name.version}. Rules as Cleancut reads them; not legal advice.",
        table(("Source", ""), [(key, value) for key, value in loaded.source.items()]),
    ]
    if loaded.switches:
        parts.append("## Switches\n\nWhere the source can be read in two ways, the pack chooses one and cites both.")
        for switch in loaded.switches.values():
            readings = [
                (f"`{key}`" + (" (in force)" if key == switch.reading else ""), text)
                for key, text in switch.readings.items()
            ]
            parts += [f"### {switch.name}", switch.question, table(("Reading", "Rests on"), readings)]
    parts.append("## Rules")
    for rule in loaded.rules:
        parts += [f"### {rule.id}", *rule_entry(rule)]
    if loaded.definitions:
        rows = [(f"`{key}`", phrase(condition)) for key, condition in loaded.definitions.items()]
        parts += ["## Named conditions", table(("Name", "Holds when"), rows)]
    return page(f"Rules of the pack {name}", *parts)


def formats_page() -> str:
    return page(
        "Formats",
        "What Cleancut reads and writes. Typed input refuses unknown keys; stored records keep them.",
        "## Dossier",
        said(sys.modules[Dossier.__module__].__doc__, whole=True),
        *schema_tables(json_schema(Dossier), "dossier"),
        *media(),
        "## Mapping file",
        said(MAPPING_INTRODUCTION, whole=True),
        *schema_tables(json_schema(ImportMap), "map"),
        *register_tables(),
        *shipped_schemas(),
    )


def media() -> Iterator[str]:
    """What may lie in the folder of material."""
    yield "## Material"
    yield (
        "Files of the material folder by their suffix, whatever its case. A file that does not decode, or whose extra"
        " is not installed, is *not examined*, with the reason and the way out. Each page of a PDF or TIFF that has"
        " several is a material of its own, named like `art.pdf#page=2`; in a dossier `art.pdf` means all of them."
        " Extras, as in `pip install 'cleancut[heic,pdf,vfx]'`: `heic` reads HEIC; `pdf` reads PDF and AI; `vfx` reads"
        " EXR, DPX, CIN, HDR, PSB, and TIFF and PSD of depths that Pillow lacks."
    )
    kinds = {
        "Still": items.STILL_SUFFIXES,
        "Clip": items.CLIP_SUFFIXES,
        "Sound": items.SOUND_SUFFIXES,
        "Always *not examined*: no reader in this version": items.UNREAD_SUFFIXES,
    }
    rows = [(kind, " ".join(f"`{suffix}`" for suffix in sorted(suffixes))) for kind, suffixes in kinds.items()]
    yield table(("What it is", "Suffixes"), rows)


def register_tables() -> Iterator[str]:
    """The registers that `import` reads and `export` writes, column by column."""
    yield "## Registers in spreadsheets"
    yield said(REGISTERS_INTRODUCTION, whole=True)
    words = PackFiles().table("columns")["columns"]
    for register in registers(PackFiles().catalogue).values():
        rows = [
            (f"`{name}`", column.kind, ", ".join(words.get(register.name, {}).get(name, ())))
            for name, column in register.columns.items()
            if not name.startswith("answers.") or name in words["uses"]
        ]
        yield f"### Register {register.name}"
        yield table(("Field", "Value", "Headers that mean it"), rows)


def outputs_page() -> str:
    written = {**CUE_SHEETS, **{f"markers.{ending}": write for ending, write in MARKERS.items()}}
    parts = [said(OUTPUTS_INTRODUCTION)]
    for name, write in written.items():
        parts += [f"## {name}", module_doc(write)]
    parts += ["## What markers say", module_doc(markers_in_time.markers)]
    parts += ["## The fields of the Archival Producers Alliance", module_doc(cue_sheet_apa.apa_cells)]
    return page("Outputs", *parts)


def python_page() -> str:
    """Functions with their signatures, records with their fields, from the public names of the package."""
    things = {name: getattr(cleancut, name) for name in cleancut.__all__ if not name.startswith("_")}
    parts = [said(python.__doc__, whole=True), f"```python\n{PYTHON_EXAMPLE.strip()}\n```"]
    for name in (name for name, thing in things.items() if inspect.isfunction(thing)):
        parts += [
            f"## cleancut.{name}",
            f"```python\n{signature(things[name])}\n```",
            said(things[name].__doc__, whole=True),
        ]
    parts += ["## Settings", said(cleancut.Settings.__doc__, whole=True)]
    rows = [
        (f"`{name}`", said(thing.__doc__), ", ".join(f"`{field.name}`" for field in dataclasses.fields(thing)))
        for name, thing in things.items()
        if dataclasses.is_dataclass(thing) and name != "Settings"
    ]
    parts += ["## Records", table(("Record", "What it is", "Fields"), rows)]
    errors_there = ", ".join(f"`{name}`" for name, thing in things.items() if is_error(thing))
    parts += ["## Errors", f"{errors_there}: [errors.md](errors.md) says when. `Progress` is what `progress` must do."]
    return page("Python", *parts)


def signature(function: Callable[..., Any]) -> str:
    """One parameter a line."""
    found = inspect.signature(function)
    lines, is_named = [], False
    for parameter in found.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_named:
            lines.append("*")
            is_named = True
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        lines.append(f"{parameter.name}: {parameter.annotation}{default}")
    inside = "".join(f"    {line},\n" for line in lines)
    return f"{function.__name__}(\n{inside}) -> {found.return_annotation}"


def is_error(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, Exception)


def module_doc(thing: Any) -> str:
    """The docstring of the module that holds it, its indented examples as code."""
    blocks = cleandoc(sys.modules[thing.__module__].__doc__ or "").split("\n\n")
    return "\n\n".join(
        f"```text\n{indented(block)}\n```" if block.startswith("    ") else " ".join(block.split()) for block in blocks
    )


def indented(block: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in block.split("\n"))


def shipped_schemas() -> Iterator[str]:
    """What is written for scripts, from the JSON Schemas inside the package."""
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        if path.name != "dossier.schema.json":
            schema = json.loads(path.read_text(encoding="utf-8"))
            yield f"## {schema['title']}"
            yield f"{schema['description']} Its JSON Schema is `cleancut/schemas/{path.name}` in the package."
            yield from schema_tables(schema, schema["title"].lower())


def dossier_schema() -> str:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Dossier"}
    about = {"description": "What a production declares about one title."}
    return json.dumps({**head, **about, **json_schema(Dossier)}, indent=2, ensure_ascii=False) + "\n"


def commands_page() -> str:
    from cleancut.faces.cli import cleancut as group

    parts = [said(group.help)]
    for context in walk(click.Context(group, info_name="cleancut", terminal_width=100, **group.context_settings)):
        parts += [f"## {context.command_path}", f"```text\n{context.get_help().rstrip()}\n```"]
    return page("Commands", *parts)


MADE_FILES: dict[str, Callable[[], str]] = {
    "docs/reference/commands.md": commands_page,
    "docs/reference/errors.md": errors_page,
    "docs/reference/evidence.md": evidence_page,
    "docs/reference/facts.md": facts_page,
    "docs/reference/formats.md": formats_page,
    "docs/reference/marks.md": marks_page,
    "docs/reference/outputs.md": outputs_page,
    "docs/reference/packs.md": packs_page,
    "docs/reference/python.md": python_page,
    **{f"docs/reference/rules-{name}.md": partial(rules_page, name) for name in PackFiles().names()},
    "src/cleancut/schemas/dossier.schema.json": dossier_schema,
}


# --- entries ----------------------------------------------------------------------------------------------------------


def fact_entry(spec: FactSpec) -> str:
    kinds = {"ynu": "yes or no", "choice": "one of", "multi": "any of", "ref": "a reference", "refs": "references"}
    answer = kinds.get(spec.type, spec.type)
    if spec.values:
        answer += " " + ", ".join(f"`{value}`" for value in spec.values)
    lines = [f"### {spec.id}", "", spec.question, ""]
    lines += [
        f"- Answer: {answer}",
        f"- {'Derived' if spec.is_derived else 'Declared'}; answered by: {spec.answered_by}",
    ]
    if spec.computed_from:
        lines.append("- Computed from: " + ", ".join(f"`{fact}`" for fact in spec.computed_from))
    if spec.asked_when not in (ALWAYS, NEVER):
        lines.append(f"- Asked when: {phrase(spec.asked_when)}")
    elif spec.asked_when == ALWAYS:
        lines.append("- Asked: always")
    if not spec.is_digested:
        lines.append("- Left out of the facts digest: it may change without voiding an approval")
    lines += [f"- Way out: {remedy.say}" for remedy in spec.remedies]
    return "\n".join(lines)


def rule_entry(rule: pack.Rule) -> Iterator[str]:
    flag = f", flagged as {rule.flag}" if rule.flag else ""
    reading = "; an interpretation, so that a machine can decide" if rule.interpretation else ""
    yield f"**{rule.outcome}**{flag}. [{rule.clause.section}]({rule.clause.address}){reading}."
    yield rule.clause.says
    for trigger in rule.triggers:
        lines = [f"- When: {phrase(trigger.when)}"]
        if trigger.unless != NEVER:
            lines.append(f"  - unless: {phrase(trigger.unless)}")
        if trigger.evidence:
            lines.append("  - evidence: " + ", ".join(f"`{kind}`" for kind in trigger.evidence))
        yield "\n".join(lines)
    yield f"Why: {rule.why}"
    yield f"Way out: {rule.way_out}"


def phrase(condition: Condition, is_inside: bool = False) -> str:
    """A condition as a person would say it."""
    if isinstance(condition, Leaf | SwitchLeaf):
        subject = f"`{condition.fact}`" if isinstance(condition, Leaf) else f"switch `{condition.name}`"
        values = [f"`{value}`" for value in condition.values]
        return f"{subject} is {values[0]}" if len(values) == 1 else f"{subject} is one of {', '.join(values)}"
    if isinstance(condition, Not):
        return f"not ({phrase(condition.part)})"
    if condition in (ALWAYS, NEVER):
        return "always" if condition == ALWAYS else "never"
    words = {All: " **and** ", Any_: " **or** "}
    joined = words[type(condition)].join(phrase(part, is_inside=True) for part in condition.parts)
    return f"({joined})" if is_inside and len(condition.parts) > 1 else joined


def walk(context: click.Context) -> Iterator[click.Context]:
    """Every command that does something, in the order in which it was added to its group."""
    if isinstance(context.command, click.Group):
        for name, command in context.command.commands.items():
            yield from walk(click.Context(command, parent=context, info_name=name, terminal_width=100))
    else:
        yield context


Schema = Mapping[str, Any]


def schema_tables(schema: Schema, name: str) -> Iterator[str]:
    """One table for this record, then one for each record inside it; what is the same record again is named so."""
    shown: dict[int, str] = {}

    def tables(record: Schema, name: str) -> Iterator[str]:
        inner = []
        rows = []
        for key, value in record["properties"].items():
            kind, below = shape(value, schema)
            is_required = "yes" if key in record.get("required", ()) else ""
            if below.get("properties") and id(below) in shown:
                kind += f", as {shown[id(below)]}"
            elif below.get("properties"):
                shown[id(below)] = f"{name}.{key}{'[]' if kind.startswith('list') else ''}"
                inner.append((shown[id(below)], below))
            rows.append((f"`{key}`", kind, is_required, said(value.get("description") or below.get("description"))))
        yield f"### {name}"
        yield table(("Key", "Value", "Required", "Meaning"), rows)
        for path, below in inner:
            yield from tables(below, path)

    yield from tables(schema, name)


def shape(value: Schema, document: Schema) -> tuple[str, Schema]:
    """What a value is, in words, and the schema of the record at its heart, empty where there is none to list."""
    if "$ref" in value:
        file, _, anchor = value["$ref"].partition("#/$defs/")
        if file:
            return f"a {anchor or file.removesuffix('.schema.json')}, as below or above", {}
        return "record", document["$defs"][anchor]
    if "anyOf" in value:
        kind, record = shape(value["anyOf"][0], document)
        return f"{kind}, or null", record
    if "allOf" in value:
        kinds = [shape(part, document) for part in value["allOf"]]
        return f"{kinds[0][0]}, and", kinds[-1][1]
    if "enum" in value:
        return ", ".join(f"`{choice}`" if choice else "empty" for choice in value["enum"]), {}
    if "const" in value:
        return f"`{value['const']}`", {}
    if value.get("type") == "array" and "items" in value:
        kind, record = shape(value["items"], document)
        return f"list of {kind}", record
    if value.get("properties"):
        return "record", value
    kind = value.get("format") or value.get("type", "any")
    return {"string": "text", "object": "mapping", "array": "list", "boolean": "true or false"}.get(kind, kind), {}


# --- Markdown ---------------------------------------------------------------------------------------------------------


def page(title: str, *parts: str) -> str:
    return "\n\n".join([MADE + f"\n# {title}", *(part for part in parts if part)]) + "\n"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in lines
    )


def said(doc: str | None, *, whole: bool = False) -> str:
    """A docstring as prose: its lines joined, paragraphs kept where `whole`, else the text in one line."""
    paragraphs = [" ".join(part.split()) for part in cleandoc(doc or "").split("\n\n")]
    return "\n\n".join(paragraphs) if whole else " ".join(paragraphs)


def tree(kind: type[errors.CleancutError]) -> Iterator[type[errors.CleancutError]]:
    """The class and all below it, in order of definition, parents first."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield from tree(child)


# --- writing and checking ---------------------------------------------------------------------------------------------


def differences() -> Iterator[str]:
    """What must change, as unified diffs; nothing where all is up to date."""
    fresh = {name: make() for name, make in MADE_FILES.items()}
    for name in sorted({*fresh, *stale()}):
        old = (ROOT / name).read_text(encoding="utf-8") if (ROOT / name).exists() else ""
        lines = [text.splitlines(keepends=True) for text in (old, fresh.get(name, ""))]
        yield from difflib.unified_diff(
            *lines, f"a/{name}" if old else "/dev/null", f"b/{name}" if name in fresh else "/dev/null"
        )


def stale() -> list[str]:
    """Pages that nothing makes any more."""
    there = [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/reference").glob("*.md")]
    return [name for name in there if name not in MADE_FILES]


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        changes = list(differences())
        sys.stdout.writelines(changes)
        if changes:
            print("What is made from the code is not what the code says; `make docs` writes it anew", file=sys.stderr)
        return 1 if changes else 0
    if arguments:
        print(cleandoc(__doc__ or ""), file=sys.stderr)
        return 2
    for name in stale():
        (ROOT / name).unlink()
    for name, make in MADE_FILES.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
