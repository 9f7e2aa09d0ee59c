"""The registers of a dossier as tables: which columns each has, told by its records and by the catalogue of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cleancut.model.answers import ANSWERS
from cleancut.model.dossier import (
    Approval,
    ApprovalCondition,
    Clearance,
    Consent,
    Evidence,
    NoticeSent,
    Person,
    Source,
    TalentModel,
    Tool,
    Use,
)
from cleancut.rules.catalogue import UNSURE, Catalogue, FactSpec

FieldKind = Literal["text", "date", "choice", "list"]
FieldPath = tuple[str, ...]

# What an id in a column may lead to.
_REFERS_TO: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("uses", "tools"): ("tools",),
    ("uses", "models"): ("models",),
    ("uses", "derived_from"): ("uses",),
    ("consents", "person"): ("people",),
    ("models", "person"): ("people",),
    ("notices", "use"): ("uses",),
    ("approvals", "use"): ("uses",),
    ("approvals", "tools"): ("tools",),
    ("clearances", "uses"): ("uses",),
    ("material", "tools"): ("tools",),
}


@dataclass(frozen=True)
class Column:
    """A field of a record as a column. `values` are those of a choice, or of the items of a list; none: any text.
    `is_open`: other texts than `values` are kept as they are, for the record takes any."""

    path: FieldPath
    kind: FieldKind
    values: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    meaning: str = ""
    is_open: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def is_text(self) -> bool:
        """Whether any text will do: only then may a header that merely contains its words mean it."""
        return not self.values and not self.refers_to and self.kind != "date"


@dataclass(frozen=True)
class Register:
    """A list of the dossier, or one inside its records: then `owner` is the column that names the record, and `inside`
    the key of the list. `extends` says that its rows add to the records they name and make none of their own."""

    name: str
    record: type
    columns: Mapping[str, Column]
    owner: str = ""
    owners: str = ""
    inside: str = ""
    extends: bool = False
    own_id: bool = field(default=True)

    @property
    def list_name(self) -> str:
        """The list of the dossier that a row changes."""
        return self.owners or self.name

    @property
    def list_class(self) -> type:
        """The class of that list's records."""
        return {"uses": Use, "approvals": Approval}.get(self.owners, self.record)


def registers(catalogue: Catalogue) -> dict[str, Register]:
    """Every register by name, in an order in which what is referred to comes before what refers to it."""
    plain: dict[str, type] = {"tools": Tool, "people": Person, "consents": Consent, "models": TalentModel, "uses": Use}
    plain |= {"clearances": Clearance, "notices": NoticeSent, "approvals": Approval}
    found = {name: Register(name, record, _columns(name, record)) for name, record in plain.items()}
    for name, key, fact in (
        ("consents", "uses", "talent_op"),
        ("models", "uses", "talent_op"),
        ("approvals", "inputs", "inputs"),
    ):
        opened = replace(found[name].columns[key], values=catalogue.facts[fact].values, is_open=True)
        found[name] = replace(found[name], columns={**found[name].columns, key: opened})
    found["uses"] = Register("uses", Use, {**found["uses"].columns, **_answers(catalogue)})
    for name, record, owner, owners in (
        ("evidence", Evidence, "use", "uses"),
        ("sources", Source, "use", "uses"),
        ("conditions", ApprovalCondition, "approval", "approvals"),
    ):
        leading = {owner: Column((owner,), "text", refers_to=(owners,))}
        columns = {**leading, **_columns(name, record)}
        found[name] = Register(name, record, columns, owner, owners, name, own_id=name == "evidence")
    lists = {key: found["uses"].columns[key] for key in ("material", "shots", "prompts", "tools")}
    leading = {"use": Column(("use",), "text", refers_to=("uses",))}
    found["material"] = Register("material", Use, {**leading, **lists}, "use", "uses", extends=True, own_id=False)
    return found


def _columns(register: str, record: type) -> dict[str, Column]:
    return {column.name: column for column in _reflected(register, record, ())}


def _reflected(register: str, record: type, above: FieldPath) -> Iterator[Column]:
    hints = get_type_hints(record)
    for item in fields(record):
        path, hint = (*above, item.name), _bare(hints[item.name])
        meaning, refers = item.metadata.get("doc", ""), _REFERS_TO.get((register, item.name), ())
        if isinstance(hint, type) and is_dataclass(hint):
            yield from _reflected(register, hint, path)
        elif hint is date:
            yield Column(path, "date", meaning=meaning)
        elif get_origin(hint) is Literal:
            yield Column(path, "choice", tuple(map(str, get_args(hint))), meaning=meaning)
        elif get_origin(hint) is tuple and get_args(hint)[0] is str:
            yield Column(path, "list", refers_to=refers, meaning=meaning)
        elif hint is str:
            yield Column(path, "text", refers_to=refers, meaning=meaning)


def _bare(hint: Any) -> Any:
    parts = [part for part in get_args(hint) if part is not type(None)]
    return parts[0] if type(None) in get_args(hint) else hint


def _answers(catalogue: Catalogue) -> dict[str, Column]:
    specs = (spec for spec in catalogue.facts.values() if not (spec.is_derived or spec.stated_as))
    return {column.name: column for column in map(_answer, specs)}


def _answer(spec: FactSpec) -> Column:
    path = ("answers", spec.id)
    if spec.type == "ynu":
        return Column(path, "choice", ANSWERS, meaning=spec.question)
    if spec.type in ("choice", "multi"):
        kind: FieldKind = "choice" if spec.type == "choice" else "list"
        return Column(path, kind, (*spec.values, UNSURE) if spec.values else (), meaning=spec.question)
    if spec.type == "date":
        return Column(path, "date", meaning=spec.question)
    refers = tuple(name for name in spec.refers_to if name == "people")
    return Column(path, "list" if spec.type == "refs" else "text", refers_to=refers, meaning=spec.question)
