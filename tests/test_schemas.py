"""The JSON Schemas that ship describe what is written: every record is valid, and has no key that they do not name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cleancut.model.past import past_verdict
from cleancut.model.record import plain
from cleancut.rules.changes import changes_since
from outputs import sample
from usecases.sheeting import dossier_at, planned, table

SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8"))
    for path in Path(str(files("cleancut") / "schemas")).glob("*.schema.json")
}


def closed(schema: Any) -> Any:
    """The same schema, refusing keys that it does not name; the parts of an `allOf` name them together."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: value if key == "allOf" else closed(value) for key, value in schema.items()}
    if "allOf" in schema:
        return {**inside, "unevaluatedProperties": False}
    return {**inside, "additionalProperties": False} if "properties" in schema else inside


def problems(name: str, record: Any) -> Iterator[str]:
    schemas = {key: closed(schema) for key, schema in SCHEMAS.items()}
    # A finding is also part of a wider record in verdict.json, so it cannot be closed by itself.
    schemas["scan.schema.json"]["$defs"]["finding"] = SCHEMAS["scan.schema.json"]["$defs"]["finding"]
    registry = Registry().with_resources([(key, Resource.from_contents(schema)) for key, schema in schemas.items()])
    checker = Draft202012Validator.FORMAT_CHECKER
    validator = Draft202012Validator(schemas[name], registry=registry, format_checker=checker)
    for error in validator.iter_errors(json.loads(json.dumps(record))):
        yield f"{error.json_path}: {error.message[:200]}"


VERDICTS = [sample.production, sample.clear, sample.nothing, sample.hostile]


NAMES = ("changes", "decision", "dossier", "import", "scan", "verdict")


def test_every_format_ships() -> None:
    assert sorted(SCHEMAS) == [f"{name}.schema.json" for name in NAMES]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_sound(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("make", VERDICTS, ids=lambda make: make.__name__)
def test_verdicts_are_as_described(make: Any) -> None:
    verdict = make()
    assert list(problems("verdict.schema.json", verdict.record())) == []
    assert list(problems("dossier.schema.json", plain(verdict.dossier))) == []
    for standing in verdict.standings:
        for decision in standing.decisions:
            assert list(problems("decision.schema.json", decision.record())) == []
    if verdict.scan:
        assert list(problems("scan.schema.json", verdict.scan.record())) == []


def test_changes_are_as_described() -> None:
    made = [past_verdict(make().record()) for make in VERDICTS]
    for before in made:
        for after in made:
            changes = changes_since(before, after)
            assert list(problems("changes.schema.json", changes.record())) == []


def test_imports_are_as_described(tmp_path: Path) -> None:
    """A row of every fate, a column that is not known, and a sheet that is none."""
    rows = (("id", "product", "tier", "colour"), ("brush", "Brush", "consumer", ""), ("pen", "Pen", "free", "red"))
    sheets = table(tmp_path, "tools.csv", *rows, ("", "", "nonsense", "")), table(tmp_path, "none.csv", ("a", "b"))
    plan = planned(dossier_at(tmp_path), *sheets).plan
    assert {fate.word for fate in plan.fates} >= {"added", "changed", "refused"}
    assert any(sheet.reason for sheet in plan.sheets)
    assert list(problems("import.schema.json", plan.record())) == []


def test_a_key_that_is_not_described_is_noticed() -> None:
    record = sample.production().record()
    record["findings"][0]["stray"] = 1
    assert [text.partition(":")[0] for text in problems("verdict.schema.json", record)] == ["$.findings[0]"]
