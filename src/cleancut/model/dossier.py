"""The dossier: what a production declares about one title. Records only; judgement is in `rules`.

`ends` is the last day on which something holds. Ids are one namespace over the whole dossier. `document` names a file
beside the dossier; one that is not there, or is empty, does not count as evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cleancut.errors import FieldError
from cleancut.model.answers import Answer
from cleancut.model.evidence import EVIDENCE
from cleancut.model.findings import Medium
from cleancut.model.record import noted

Tier = Literal[
    "consumer_free", "consumer_paid", "business", "enterprise", "netflix_enterprise", "self_hosted", "unsure", "unknown"
]
ClearanceKind = Literal["rights", "reference", "training", "union", "other"]
WatchedKind = Literal["title", "character", "artist", "performer", "public_figure", "phrase"]
ApprovalKind = Literal["approval", "answer", "refusal", "input"]


@dataclass(frozen=True)
class Contact:
    """Whom notices go to."""

    name: str = noted("The buyer's contact for generative AI.")
    email: str = noted("Where notices are sent.")


@dataclass(frozen=True)
class Title:
    """The film or season."""

    id: str = noted("Short id; consents name it.")
    name: str = noted("Name on screen.")
    season: str = noted("Season, where there is one; consents name it.", "")
    buyer: str = noted("Who buys it; the pack of that name judges where `packs` is left out.", "netflix")
    contact: Contact | None = noted("The buyer's contact.", None)
    production: str = noted("Production company, as sender of notices.", "")
    guilds: tuple[str, ...] = noted("Guilds on the project.", ())
    territories: tuple[str, ...] = noted("Where it will be shown.", ())


@dataclass(frozen=True)
class Terms:
    """A dated snapshot of a tool's terms, as one person read them."""

    address: str = noted("Where the terms were read.")
    tier: Tier = noted("The licence tier they are for; another tier than the tool's does not count.")
    read_on: date = noted("Day they were read.")
    read_by: str = noted("Who read them.")
    ends: date | None = noted("Last day the review holds.", None)
    document: str = noted("The kept copy.", "")


@dataclass(frozen=True)
class Tool:
    """Product, version and licence tier. The tier matters, not the name."""

    id: str = noted("Id used in `uses`.")
    product: str = noted("Product name.")
    version: str = noted("Version or model.", "")
    vendor: str = noted("Who runs it.", "")
    tier: Tier = noted("Licence tier in use.", "unsure")
    trains: Answer = noted("Does it train on inputs or outputs under this tier's terms?", "unsure")
    stores: Answer = noted("Does it store or reuse inputs or outputs under this tier's terms?", "unsure")
    enterprise_secured: Answer = noted("Does it run in a secured enterprise environment?", "unsure")
    terms: Terms | None = noted("The terms, read and dated.", None)
    training_data: str = noted("What is known of its training data.", "")
    indemnity: str = noted("Who indemnifies, if anybody.", "")


@dataclass(frozen=True)
class Person:
    """A real person whose face, body or voice is concerned."""

    id: str = noted("Id used in `answers.person` and in consents.")
    name: str = noted("Name.")


@dataclass(frozen=True)
class Consent:
    """A person's documented consent and its scope. For another title it is no consent."""

    id: str = noted("Id.")
    person: str = noted("Whose consent.")
    titles: tuple[str, ...] = noted("Title ids it names.")
    uses: tuple[str, ...] = noted("What it allows, in the words of the fact talent_op.")
    signed_on: date = noted("Day it was signed.")
    seasons: tuple[str, ...] = noted("Seasons it names; none named covers a title without seasons only.", ())
    training: Answer = noted("Does it allow a model to be trained?", "no")
    starts: date | None = noted("First day it holds.", None)
    ends: date | None = noted("Last day it holds.", None)
    revoked_on: date | None = noted("Day it was revoked.", None)
    describes: str = noted("The specific description of the use that was consented to.", "")
    document: str = noted("The signed paper.", "")


@dataclass(frozen=True)
class TalentModel:
    """A model trained for a person, with the scope agreed for it."""

    id: str = noted("Id used in a use's `models`.")
    person: str = noted("Whose.")
    titles: tuple[str, ...] = noted("Titles agreed.")
    seasons: tuple[str, ...] = noted("Seasons agreed.", ())
    uses: tuple[str, ...] = noted("Operations agreed, in the words of the fact talent_op.", ())


@dataclass(frozen=True)
class Clearance:
    """A right cleared: a licence, an estate's permission, a union's agreement."""

    id: str = noted("Id.")
    kind: ClearanceKind = noted("What it clears.")
    what: str = noted("The work, right or agreement.")
    holder: str = noted("Who gave it.", "")
    uses: tuple[str, ...] = noted("Uses it covers; none named covers none.", ())
    starts: date | None = noted("First day it holds.", None)
    ends: date | None = noted("Last day it holds.", None)
    document: str = noted("The paper.", "")


@dataclass(frozen=True)
class ApprovalCondition:
    """A condition that an approval sets, and whether it is met."""

    says: str = noted("The condition.")
    met: Answer = noted("Is it met?", "unsure")


@dataclass(frozen=True)
class Approval:
    """What a person of the buyer's wrote: an approval, an answer to an escalation, a refusal, an approval of inputs."""

    id: str = noted("Id.")
    kind: ApprovalKind = noted("approval, answer (to an escalation), refusal, or input (approval of input material).")
    use: str = noted("The use it is about.")
    by: str = noted("Who wrote it.")
    on: date = noted("Day it was written.")
    says: str = noted("The exact text.")
    facts_digest: str = noted(
        "The facts digest it covers (at least its first 12 digits); an input approval needs none.", ""
    )
    pack_digest: str = noted("The pack digest it names, if it does.", "")
    shots: tuple[str, ...] = noted("Shots it is limited to; none named: all of the use.", ())
    seasons: tuple[str, ...] = noted("Seasons it is limited to.", ())
    conditions: tuple[ApprovalCondition, ...] = noted("Conditions it sets.", ())
    inputs: tuple[str, ...] = noted("Input kinds an input approval names.", ())
    tools: tuple[str, ...] = noted("Tools an input approval names.", ())
    ends: date | None = noted("Last day it holds.", None)
    document: str = noted("The message.", "")


@dataclass(frozen=True)
class NoticeSent:
    """A notice that went to the contact."""

    id: str = noted("Id.")
    use: str = noted("The use it is about.")
    on: date = noted("Day it was sent.")
    to: str = noted("To whom.")
    facts_digest: str = noted("The facts digest printed in it (at least its first 12 digits).")
    document: str = noted("The message.", "")


_LOOSE_KINDS = [kind.kind for kind in EVIDENCE.values() if not kind.recorded_in]


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence attached to a use."""

    kind: str = noted("Evidence kind; docs/reference/evidence.md lists them.")
    on: date = noted("Day it is from.")
    by: str = noted("Who made or signed it.")
    says: str = noted("What it shows.", "")
    id: str = noted("Id, where an answer refers to it.", "")
    ends: date | None = noted("Last day it holds.", None)
    document: str = noted("The file.", "")

    def __post_init__(self) -> None:
        if self.kind not in EVIDENCE:
            raise FieldError(("kind",), f"there is no evidence kind {self.kind!r}", f"one of {', '.join(_LOOSE_KINDS)}")
        if list_ := EVIDENCE[self.kind].recorded_in:
            raise FieldError(("kind",), f"{self.kind} has records of its own", f"put it under `{list_}` of the dossier")


@dataclass(frozen=True)
class Source:
    """Source material that went into a generation, and the rights in it."""

    what: str = noted("The source.")
    rights: str = noted("Its copyright status or licence.")


@dataclass(frozen=True)
class Use:
    """A declared use of generative AI. One use may cover many shots."""

    id: str = noted("Id.")
    name: str = noted("What people call it.")
    answers: Mapping[str, Any] = noted("Fact id to answer; docs/reference/facts.md lists the facts.")
    tools: tuple[str, ...] = noted("Ids of every tool it passes through, in order, plug-ins included.", ())
    shots: tuple[str, ...] = noted("Shot codes, each with its version if it has one: NF_010_0040@v003.", ())
    material: tuple[str, ...] = noted(
        "Files it made, relative to the material folder; * and ? stand for any characters.", ()
    )
    models: tuple[str, ...] | None = noted("Talent models it uses; an empty list says none.", None)
    vendor: str = noted("The vendor whose use it is; left out, the production's own.", "")
    derived_from: tuple[str, ...] = noted("Uses whose material this was made from.", ())
    prompts: tuple[str, ...] = noted("Prompts, where known.", ())
    sources: tuple[Source, ...] = noted("Source material and its rights.", ())
    evidence: tuple[Evidence, ...] = noted("What supports it.", ())


@dataclass(frozen=True)
class Watched:
    """A name that no prompt should hold without somebody having thought about it."""

    name: str = noted("The name, as it is written.")
    kind: WatchedKind = noted("What bears it.")
    also: tuple[str, ...] = noted("Other names of the same.", ())

    def __post_init__(self) -> None:
        for key, name in (("name", self.name), *(("also", name) for name in self.also)):
            if not any(char.isalnum() for char in name):
                raise FieldError((key,), f"{name!r} has no letter to look for", "write a name")


@dataclass(frozen=True)
class ProgrammeSpan:
    """Where the programme lies in the deliverable. All of it is scanned all the same."""

    starts: str = noted("Timecode of its first frame, as 01:00:00:00.")
    ends: str = noted("Timecode of the first frame after it.")


@dataclass(frozen=True)
class ImageSequence:
    """Numbered stills that are one shot, though they do not show it: they are fewer than eight, have gaps, or no
    separator before the number."""

    files: str = noted("Their names, relative to the material folder; * and ? stand for any characters.")
    rate: str = noted("Frames per second, as 24000/1001; left out, the deliverable's.", "")


@dataclass(frozen=True)
class Look:
    """Somebody looked, or listened, for material in a deliverable from its first frame to its last, and it is not
    there."""

    id: str = noted("Id.")
    material: tuple[str, ...] = noted("Files that are not there, named as in a use's `material`.")
    delivered: tuple[str, ...] = noted(
        "Digests of the files looked through (at least 12 digits each): the master, and every sound file beside it. For"
        " another delivery it counts for nothing."
    )
    by: str = noted("Who looked.")
    on: date = noted("Day of it.")
    media: tuple[Medium, ...] = noted("picture, sound, or both: what was looked through, or listened to.", ("picture",))
    document: str = noted("The signed note.", "")


@dataclass(frozen=True)
class Dossier:
    """Everything a production declares about one title."""

    schema: Literal["cleancut/dossier/1"] = noted("Always cleancut/dossier/1.")
    title: Title = noted("The film or season.")
    uses: tuple[Use, ...] = noted("Every use of generative AI.")
    packs: tuple[str, ...] = noted("Rule packs that judge; left out, the buyer's.", ())
    deliverable: str = noted("The master, relative to the dossier.", "")
    sound: tuple[str, ...] = noted(
        "Sound files delivered beside the master, relative to the dossier. Each begins with the master's first frame,"
        " or where its timecode says, if both have one.",
        (),
    )
    marked_uses: tuple[str, ...] = noted(
        "Uses that a provenance mark on the deliverable means, where the mark does not name their tools.", ()
    )
    rate: str = noted("Frames per second, as 24000/1001, of a deliverable without pictures; 24/1 where left out.", "")
    programme: ProgrammeSpan | None = noted(
        "Where in the deliverable the programme lies; left out, bars, slate, black and a textless tail are known by"
        " their look.",
        None,
    )
    material: str = noted("The folder of generated material, relative to the dossier.", "")
    sequences: tuple[ImageSequence, ...] = noted(
        "Numbered stills in it that are one shot; eight or more with a separator and no gap are found without.", ()
    )
    tools: tuple[Tool, ...] = noted("Tool register.", ())
    people: tuple[Person, ...] = noted("People concerned.", ())
    consents: tuple[Consent, ...] = noted("Consents.", ())
    models: tuple[TalentModel, ...] = noted("Models trained for people.", ())
    clearances: tuple[Clearance, ...] = noted("Clearances.", ())
    notices: tuple[NoticeSent, ...] = noted("Notices sent.", ())
    approvals: tuple[Approval, ...] = noted("Approvals, answers, refusals.", ())
    looked: tuple[Look, ...] = noted(
        "What a person looked for in the master and did not find, where a scan cannot, or not surely.", ()
    )
    watch_list: tuple[Watched, ...] = noted(
        "Names that prompts are screened for, besides those that ship and those of `people`.", ()
    )

    def __post_init__(self) -> None:
        check_ids(self)

    @property
    def pack_names(self) -> tuple[str, ...]:
        return self.packs or (self.title.buyer.lower(),)


_LISTS = ("tools", "people", "consents", "models", "clearances", "notices", "approvals", "looked", "uses")


def ids_of(dossier: Dossier) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every id that the dossier defines, with the path where it does."""
    for name in _LISTS:
        for i, record in enumerate(getattr(dossier, name)):
            yield (name, i, "id"), record.id
    for i, use in enumerate(dossier.uses):
        for j, evidence in enumerate(use.evidence):
            if evidence.id:
                yield ("uses", i, "evidence", j, "id"), evidence.id


def check_ids(dossier: Dossier) -> None:
    """Refuse ids defined twice, references to ids that nothing defines, and lineage in a circle."""
    seen: dict[str, tuple[str | int, ...]] = {}
    for path, id_ in ids_of(dossier):
        if not id_.strip():
            raise FieldError(path, "an id cannot be blank", "give it a short name of its own")
        if id_ in seen:
            raise FieldError(path, f"the id {id_!r} is defined twice", "ids are one namespace: rename one")
        seen[id_] = path
    known = {name: {record.id for record in getattr(dossier, name)} for name in _LISTS}
    for path, id_, kind in _references(dossier):
        if id_ not in known[kind]:
            raise FieldError(
                path, f"nothing under {kind} has the id {id_!r}", f"known: {', '.join(sorted(known[kind])) or 'none'}"
            )
    _check_lineage({use.id: use.derived_from for use in dossier.uses})


def _references(dossier: Dossier) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    for i, use in enumerate(dossier.uses):
        for key, kind in (("tools", "tools"), ("models", "models"), ("derived_from", "uses")):
            for j, id_ in enumerate(getattr(use, key) or ()):
                yield ("uses", i, key, j), id_, kind
    for name, key, kind in (
        ("consents", "person", "people"),
        ("models", "person", "people"),
        ("notices", "use", "uses"),
        ("approvals", "use", "uses"),
    ):
        for i, record in enumerate(getattr(dossier, name)):
            yield (name, i, key), getattr(record, key), kind
    for name, key, kind in (("clearances", "uses", "uses"), ("approvals", "tools", "tools")):
        for i, record in enumerate(getattr(dossier, name)):
            for j, id_ in enumerate(getattr(record, key)):
                yield (name, i, key, j), id_, kind
    for i, id_ in enumerate(dossier.marked_uses):
        yield ("marked_uses", i), id_, "uses"


def _check_lineage(parents: Mapping[str, tuple[str, ...]]) -> None:
    done: set[str] = set()
    for start in parents:
        trail: list[str] = []
        todo = [(start, iter(parents[start]))]
        while todo:
            use, above = todo[-1]
            if use not in trail:
                trail.append(use)
            parent = next(above, None)
            if parent is None:
                todo.pop()
                trail.pop()
                done.add(use)
            elif parent in trail:
                circle = " > ".join([*trail[trail.index(parent) :], parent])
                raise FieldError(("uses",), f"lineage in a circle: {circle}", "a use cannot derive from itself")
            elif parent not in done:
                todo.append((parent, iter(parents[parent])))
