"""Runs `cleancut check` on the example production, as a user would, and says whether the verdict is the right one.

    python examples/demo.py [OUT]      ends with 0 only if it is; else prints what differs

The day is fixed, so that nothing in the dossier runs out while the example stands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "nightferry"
OUT = Path("cleancut-out") / "nightferry"
EXITS = {"clear": 0, "ask": 1, "hold": 1, "incomplete": 4}

Record = dict[str, Any]


def differences(verdict: Record, expected: Record) -> Iterator[str]:
    """What the verdict says otherwise than it should, one line each."""
    if verdict["verdict"] != expected["verdict"]:
        yield f"the verdict is {verdict['verdict']}, not {expected['verdict']}"
    yield from _use_differences({use["id"]: use for use in verdict["uses"]}, expected["uses"])
    yield from _found_differences(verdict["findings"], expected["found"], expected["tolerance_frames"])
    marks = {item["name"]: (item.get("mark") or {}).get("state") for item in verdict["materials"]}
    for name, state in expected["marks"].items():
        if marks.get(name) != state:
            yield f"the mark of {name} is {marks.get(name)}, not {state}"


def _use_differences(uses: dict[str, Record], expected: dict[str, Record]) -> Iterator[str]:
    for use in uses.keys() ^ expected.keys():
        yield f"the use {use} is {'missing' if use in expected else 'not expected'}"
    for name in uses.keys() & expected.keys():
        (decision,) = uses[name]["decisions"]
        said = {
            "verdict": uses[name]["verdict"],
            "outcome": decision["outcome"],
            "flags": decision["flags"],
            "open_questions": [question["fact"] for question in decision["unsure"]],
            "lacks": sorted(line["kind"] for line in uses[name]["evidence"] if line["state"] != "present"),
        }
        for key, value in said.items():
            if value != expected[name][key]:
                yield f"{name}: {key} is {value}, not {expected[name][key]}"


def _found_differences(findings: list[Record], expected: list[Record], tolerance: dict[str, int]) -> Iterator[str]:
    matches = [finding for finding in findings if finding["class"] == "match"]
    for place in expected:
        of = [f for f in matches if (f["material"], f["medium"]) == (place["material"], _medium(place))]
        near = [f for f in of if _is_near(f, place, tolerance[_medium(place)])]
        if not near:
            seen = [f"{f['first_frame']} to {f['end_frame']}" for f in of]
            wanted = f"{place['material']} at frames {place['first_frame']} to {place['end_frame']} ({_label(place)})"
            yield f"not found: {wanted}; found at {', '.join(seen) or 'no frame'}"
        for finding in near:
            matches.remove(finding)
            if (finding["attribution"], finding["uses"]) != (place["attribution"], place["uses"]):
                yield f"{_label(place)}: attributed as {finding['attribution']} to {finding['uses']}"
    for finding in matches:
        yield f"found where it is not: {finding['material']}, frames {finding['first_frame']} to {finding['end_frame']}"


def _medium(place: Record) -> str:
    """A shot is picture, a cue is sound."""
    return "picture" if "shot" in place else "sound"


def _label(place: Record) -> str:
    return place.get("shot") or place["cue"]


def _is_near(finding: Record, place: Record, tolerance: int) -> bool:
    return all(abs(finding[end] - place[end]) <= tolerance for end in ("first_frame", "end_frame"))


def check(out: Path) -> int:
    """Run the command; its progress and words pass through. With CLEANCUT_TRUST the example's signers are `trusted`."""
    command = ["check", str(EXAMPLE.relative_to(ROOT) / "dossier.yaml"), "--on", _expected()["on"], "--out", str(out)]
    trust = (EXAMPLE / "trust" / "authority.pem").relative_to(ROOT)
    print(f"$ CLEANCUT_TRUST={trust} cleancut {' '.join(command)}", flush=True)
    program = "from cleancut.faces.cli import main; main()"
    environment = {**os.environ, "CLEANCUT_TRUST": str(trust)}
    return subprocess.run([sys.executable, "-c", program, *command, "--progress"], cwd=ROOT, env=environment).returncode


def _expected() -> Record:
    return json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))


def main(out: Path = OUT) -> int:
    expected, started = _expected(), time.monotonic()
    code = check(out)
    took = time.monotonic() - started
    print(f"\nThat took {took:.0f} seconds and ended with exit code {code}.")
    if code not in EXITS.values():
        print("The example production should have given a verdict, and gave none.")
        return 1
    wrong = list(differences(json.loads((ROOT / out / "verdict.json").read_text(encoding="utf-8")), expected))
    if code != EXITS[expected["verdict"]]:
        wrong.append(f"the exit code is {code}, not {EXITS[expected['verdict']]}")
    if wrong:
        print("The verdict on the example production is not the one it should be:")
        print("\n".join(f"  - {line}" for line in wrong))
        return 1
    sounds = sum(_medium(place) == "sound" for place in expected["found"])
    print(
        f"As it should be: {expected['verdict']}; {len(expected['uses'])} uses stand where they should, and "
        f"{len(expected['found'])} elements, {sounds} of them sounds, were found at the right frames.\n"
        f"Open the report: {out / 'report.html'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
