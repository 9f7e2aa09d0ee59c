"""Rows laid over a dossier one after another: each row's fate, and the dossier as it would be. Writes nothing.

A row is refused as a whole: where a cell cannot be read, where a name leads to nothing or to several records, where it
contradicts a row above it, where the record it would make is not one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cleancut.errors import FieldError
from cleancut.model.dossier import Use
from cleancut.model.imports import Change, Fate, FateWord, Problem
from cleancut.model.record import read
from cleancut.model.sheets import Cell, letters
from cleancut.rules.catalogue import Catalogue
from cleancut.usecases.cells import CellProblem
from cleancut.usecases.columns import Table
from cleancut.usecases.merge_records import laid_over, ordered, shown
from cleancut.usecases.registers import Column, Register
from cleancut.usecases.words import normal, slug

Values = dict[str, Any]  # column name to value
LISTS = ("tools", "people", "consents", "models", "clearances", "notices", "approvals", "uses")


class Refused(ValueError):
    """A row that cannot be taken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass
class Rows:
    """Lays rows over `data`, which is changed as it goes; `refused` are places known to be refused, with the reason."""

    data: dict[str, Any]
    catalogue: Catalogue
    refused: Mapping[str, Problem] = field(default_factory=dict)
    touched: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _original: frozenset[str] = field(init=False)
    _stated: dict[tuple[str, str, str], tuple[Any, str]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._original = frozenset(self._ids())

    def fates(self, table: Table, place: str) -> Iterator[Fate]:
        """The fate of each row of a table; `place` is its file and sheet."""
        for number, cells in table.rows():
            where = f"{place}, row {number}"
            try:
                if where in self.refused:
                    raise Refused(self.refused[where])
                values = _values(table, cells)
                if not values:
                    yield Fate(where, table.register.name, "", "left out")
                    continue
                yield self._row(table, values, where)
            except Refused as refusal:
                yield Fate(where, table.register.name, "", "refused", problems=refusal.problems)

    def _row(self, table: Table, values: Values, where: str) -> Fate:
        register, people = table.register, list[Values]()
        for name, value in values.items():
            values[name] = self._resolved(table, register.columns[name], value, people)
        for name, value in table.constants.items():
            if name not in register.columns:
                raise Refused(Problem("", f"the mapping file gives {name}, which {register.name} does not have"))
            values.setdefault(name, value)
        if register.owner:
            key, record, changes = self._inside(table, values)
        else:
            key, record, changes = self._own(table, values)
        self._check(table, register.list_class, record)
        self._agree(table, key, values, where)
        is_new = key not in self._original
        self._commit(register, key, record, people, where)
        made = tuple(Change("people", "", f"{person['id']} ({person['name']})") for person in people)
        word: FateWord = "same" if not changes and not made else "added" if is_new else "changed"
        return Fate(where, register.name, key, word, (*changes, *made))

    # --- records of a list of the dossier -----------------------------------------------------------------------------

    def _own(self, table: Table, values: Values) -> tuple[str, Values, tuple[Change, ...]]:
        register = table.register
        there = self._meant(table, values)
        record: Values = there or {"id": values.get("id") or self._new_id(table, values)}
        if register.name == "uses" and there is None:
            values.setdefault("name", record["id"])
            record["answers"] = {}
        given = [(column, values[name]) for name, column in register.columns.items() if name in values]
        out, changes = laid_over(record, given, register.record)
        if there is None and not out.get("name", "x"):
            out["name"] = out["id"]
        return out["id"], out, changes

    def _meant(self, table: Table, values: Values) -> Values | None:
        """The record of the dossier that a row is about: by its id, else by what names it."""
        records = self._list(table.register.name)
        if id_ := values.get("id"):
            found = next((record for record in records if record.get("id") == id_), None)
            if found is None and id_ in self._ids():
                raise Refused(
                    Problem(table.place_of("id"), f"the id {id_!r} is that of another kind of record", "rename it")
                )
            return found
        keys = _NAMED_BY[table.register.name]
        if any(key not in values for key in keys[:1]):
            what = " or ".join(["id", *keys[:1]])
            raise Refused(
                Problem("", f"nothing says which record it is: no {what}", "fill it in, or leave the row out")
            )
        wanted = {key: _folded(values[key]) for key in keys if key in values}
        same = [record for record in records if all(_folded(record.get(key)) == text for key, text in wanted.items())]
        if len(same) > 1:
            ids = ", ".join(str(record["id"]) for record in same)
            raise Refused(Problem("", f"several records answer to it: {ids}", "add a column with the id"))
        if same and table.register.name == "tools" and not _same_tier(same[0], values):
            said = f"{same[0]['id']} is the same product under the tier {same[0]['tier']}, not {values['tier']}"
            hint = "a licence of its own needs an id of its own; to change the tier, give the id"
            raise Refused(Problem(table.place_of("tier"), said, hint))
        return same[0] if same else None

    def _new_id(self, table: Table, values: Values) -> str:
        keys = _NAMED_BY[table.register.name]
        prefix = {"consents": "consent", "models": "model", "notices": "notice"}.get(table.register.name, "")
        id_ = slug(" ".join([prefix, *(shown(values[key]) for key in keys if key in values)])[:80])
        if not id_ or id_ in self._ids():
            said = f"no id of its own can be made for it{f': {id_} is taken' if id_ else ''}"
            raise Refused(Problem("", said, "add a column with the id"))
        return id_

    # --- rows that belong into a record -------------------------------------------------------------------------------

    def _inside(self, table: Table, values: Values) -> tuple[str, Values, tuple[Change, ...]]:
        register = table.register
        owner = values.pop(register.owner, None)
        if owner is None:
            raise Refused(
                Problem(table.place_of(register.owner), f"names no {register.owner}", "say which it belongs to")
            )
        record = next(item for item in self._list(register.owners) if item.get("id") == owner)
        given = [(column, values[name]) for name, column in register.columns.items() if name in values]
        if register.extends:
            if not values.get("material"):
                raise Refused(
                    Problem(table.place_of("material"), "names no file", "a row of a material list names one")
                )
            return owner, *laid_over(record, given, register.record)
        there = list(record.get(register.inside) or [])
        found = self._place_inside(register, owner, there, values)
        item, changes = laid_over(there[found] if found is not None else {}, given, register.record)
        self._check(table, register.record, item)
        if found is None:
            there.append(item)
        else:
            there[found] = item
        named = tuple(Change(f"{register.inside}.{change.field}", change.was, change.now) for change in changes)
        return owner, ordered({**record, register.inside: there}, register.list_class), named

    def _place_inside(self, register: Register, owner: str, there: list[Any], values: Values) -> int | None:
        """Where in its owner's list the record stands that a row is about. Without an id, the one that says the same:
        the second row of two that are equal means the second record."""
        if register.own_id and (id_ := values.get("id")):
            return next((i for i, item in enumerate(there) if item.get("id") == id_), None)
        equal = [
            i
            for i, item in enumerate(there)
            if {k: v for k, v in item.items() if v} == {k: v for k, v in values.items() if v}
        ]
        mark = f"{register.name} {owner} {sorted(values.items())}"
        nth = self._seen[mark] = self._seen.get(mark, -1) + 1
        return equal[nth] if nth < len(equal) else None

    # --- names to ids -------------------------------------------------------------------------------------------------

    def _resolved(self, table: Table, column: Column, value: Any, people: list[Values]) -> Any:
        if column.path[-1] == "titles":  # people write the name where consents name the id
            title = self.data["title"]
            return [title["id"] if normal(item) == normal(title["name"]) else item for item in value]
        if not column.refers_to:
            return value
        if isinstance(value, list):
            return [self._id(table, column, item, people) for item in value]
        return self._id(table, column, value, people)

    def _id(self, table: Table, column: Column, said: str, people: list[Values]) -> str:
        """The id that a cell means: the id itself, or the name of one record. A person who is not there is added."""
        records = [record for name in column.refers_to for record in self._list(name)]
        if any(record.get("id") == said for record in records):
            return said
        meant = {str(record["id"]) for record in records if normal(said) in _names(record)}
        if len(meant) == 1:
            return meant.pop()
        place = table.place_of(column.name)
        if meant:
            raise Refused(Problem(place, f"{said!r} may be {', '.join(sorted(meant))}", "write the id"))
        if column.refers_to != ("people",):
            known = ", ".join(str(record.get("id")) for record in records[:12]) or "none"
            hint = f"known: {known}{' …' if len(records) > 12 else ''}; import its register too, or first"
            raise Refused(Problem(place, f"nothing under {' or '.join(column.refers_to)} is called {said!r}", hint))
        id_ = slug(said)
        if not id_ or id_ in self._ids():
            raise Refused(
                Problem(place, f"no id can be made of the name {said!r}", "add the person to the dossier first")
            )
        people.append({"id": id_, "name": said})
        return id_

    def _list(self, name: str) -> list[Any]:
        found = self.data.get(name)
        return found if isinstance(found, list) else []

    def _ids(self) -> Iterator[str]:
        for name in LISTS:
            for record in self._list(name):
                yield record["id"]
                yield from (item["id"] for item in record.get("evidence") or () if "id" in item)

    # --- checking and taking over -------------------------------------------------------------------------------------

    def _check(self, table: Table, cls: type, record: Values) -> None:
        """Refuses what is no record, before it is taken over. References inside answers are looked at in the end."""
        try:
            read(cls, record)
            if cls is Use:
                self.catalogue.read(record["answers"], accept_derived=False)
        except FieldError as error:
            key = ".".join(str(part) for part in error.path if isinstance(part, str))
            place = table.place_of(key) or table.place_of(f"answers.{key}")
            raise Refused(Problem(place, error.message, error.hint or _SAY_IT_FOR_ALL)) from None

    def _agree(self, table: Table, key: str, values: Values, where: str) -> None:
        """Two rows of one import may add to one record, and may not contradict each other."""
        if table.register.inside:
            return
        name = table.register.list_name
        for column, value in values.items():
            if isinstance(value, list):
                continue
            before, place = self._stated.get((name, key, column), (value, ""))
            if before != value:
                said = f"says {shown(value)}, and {place} says {shown(before)} of the same {key}"
                raise Refused(Problem(table.place_of(column), said, "keep one, or give one of them an id of its own"))
        for column, value in values.items():
            if not isinstance(value, list):
                self._stated.setdefault((name, key, column), (value, where))

    def _commit(self, register: Register, key: str, record: Values, people: Iterable[Values], where: str) -> None:
        for person in people:
            self._put("people", person["id"], person)
            self.touched.setdefault(("people", person["id"]), []).append(where)
        self._put(register.list_name, key, record)
        self.touched.setdefault((register.list_name, key), []).append(where)

    def _put(self, name: str, key: str, record: Values) -> None:
        records = self._list(name)
        place = next((i for i, item in enumerate(records) if item.get("id") == key), None)
        if place is None:
            self.data[name] = [*records, record]
        else:
            records[place] = record


_SAY_IT_FOR_ALL = "add a column for it; where every row has the same, say it under `always` in a mapping file"

# What names a record where no id does, the first always; also what an id is made of.
_NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "tools": ("product", "version"),
    "people": ("name",),
    "consents": ("person", "signed_on"),
    "models": ("person",),
    "clearances": ("what", "kind"),
    "notices": ("use", "on"),
    "approvals": ("use", "kind", "on"),
    "uses": ("name",),
}


def _folded(value: Any) -> str:
    return normal(value if isinstance(value, str) else shown(value))


def _same_tier(record: Mapping[str, Any], values: Values) -> bool:
    return "tier" not in values or record.get("tier", values["tier"]) in (values["tier"], "unsure", "unknown")


def _names(record: Mapping[str, Any]) -> set[str]:
    """What people call a record, in normal form."""
    product, version = record.get("product", ""), record.get("version", "")
    return {normal(name) for name in (record.get("name", ""), record["id"], product, f"{product} {version}") if name}


def _values(table: Table, cells: Mapping[int, Cell]) -> Values:
    """What the cells of a row say, by column. Raises `Refused` with everything that cannot be read."""
    values, problems = Values(), []
    for i, column in table.columns.items():
        if i not in cells:
            continue
        try:
            if (value := table.reading.value(column, cells[i])) is not None:
                values[column.name] = value
        except CellProblem as problem:
            where = f"{letters(i)} ({table.headers[i]})"
            problems.append(Problem(where, problem.message, problem.hint))
    if problems:
        raise Refused(*problems)
    return values


def copied(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data to be laid over, with nothing shared."""
    return copy.deepcopy(dict(data))
