"""What the docs say holds: their commands run, their links lead somewhere, their reference is what the code says.

Commands stand in fenced blocks: `console` with a `$ ` before each command, or `bash` with commands alone. All blocks of
a page run in order in one copy of the checkout. A command must end with 0, unless the block shows another exit:

    $ cleancut check examples/harbour/dossier.yaml
    …
    $ echo $?
    1

Lines shown after a command must come in its output, in that order; others may come between. `…` is passed over.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMAND_SECONDS = 300

# Commands a page may show that are not run, by how they begin.
NOT_RUN = {
    "make ": "sets up this very environment and runs these very tests",
    "git clone ": "needs a network",
    "cd cleancut": "follows `git clone`; the copy is entered already",
    "apt-get ": "changes the machine",
    "sudo ": "changes the machine",
    "xdg-open ": "opens a window",
}

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def in_checkout() -> list[Path]:
    """Every file that is tracked, or would be with the next `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def pages() -> list[Path]:
    return sorted(path for path in in_checkout() if path.suffix == ".md")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- commands ---------------------------------------------------------------------------------------------------------


@dataclass
class Command:
    """A command of a page, the lines shown as its output, and the exit code shown."""

    line: str
    output: list[str] = field(default_factory=list)
    exit: int = 0


def commands(text: str) -> Iterator[Command]:
    for language, block in FENCE.findall(text):
        joined = block.replace("\\\n", " ")
        if language == "bash":
            yield from (Command(line) for line in joined.splitlines() if line and not line.startswith("#"))
        elif language == "console":
            yield from console(joined)


def console(block: str) -> Iterator[Command]:
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not parts[0].strip(), f"a console block begins with a command: {parts[0]!r}"
    found: list[Command] = []
    for part in parts[1:]:
        line, *output = part.splitlines()
        output = [text.strip() for text in output if text.strip() not in ("", "…")]
        if line.strip() == "echo $?":
            found[-1].exit = int(output[0])
        else:
            found.append(Command(line.strip(), output))
    yield from found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout, without what git ignores."""
    copy = tmp_path / "cleancut"
    for path in in_checkout():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return copy


def run(command: Command, checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(checkout.parent),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    return subprocess.run(
        ["bash", "-c", command.line],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
    )


PAGES_WITH_COMMANDS = [p for p in pages() if shown(p).count("/") < 2 and list(commands(p.read_text(encoding="utf-8")))]


@pytest.mark.timeout(3 * COMMAND_SECONDS)
@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=shown)
def test_commands_do_what_the_page_says(page: Path, checkout: Path) -> None:
    for command in commands(page.read_text(encoding="utf-8")):
        if f"{command.line} ".startswith(tuple(NOT_RUN)):
            continue
        done = run(command, checkout)
        assert done.returncode == command.exit, (
            f"$ {command.line}\nended with {done.returncode}:\n{done.stdout[-4000:]}"
        )
        lines = iter(" ".join(line.split()) for line in done.stdout.splitlines())
        for wanted in command.output:
            assert any(" ".join(wanted.split()) in line for line in lines), (
                f"$ {command.line}\ndid not print (or not in this order): {wanted!r}\n{done.stdout[-4000:]}"
            )


def test_the_readme_gives_the_two_commands() -> None:
    lines = [command.line for command in commands((ROOT / "README.md").read_text(encoding="utf-8"))]
    assert {"make demo", "make test"} <= set(lines)


# --- links and addresses ----------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors GitHub makes of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield f"{shown(page)}: {link}"


def test_links_between_pages_lead_somewhere() -> None:
    assert [link for page in pages() for link in broken(page)] == []


def test_every_decision_record_is_listed() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert [p.name for p in sorted((ROOT / "docs/adr").glob("0*.md")) if f"({p.name})" not in listed] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    """Paths of whoever wrote it, and addresses that belong in a user's own pip or apt settings."""
    places = [f"{path}/" for path in (ROOT, Path.home()) if len(path.parts) > 1]
    registries = r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian[.]org"
    wrong = re.compile("|".join([*(rf"(?<![\w.]){re.escape(place)}" for place in places), registries]).encode())
    found = []
    for path in in_checkout():
        data = path.read_bytes()
        if b"\0" not in data[:8192] and (match := wrong.search(data)):
            found.append(f"{shown(path)}: {match.group().decode()}")
    assert not found


# --- reference --------------------------------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says() -> None:
    generator = runpy.run_path(str(ROOT / "docs/generate.py"))
    changes = list(generator["differences"]())
    assert not changes, "run `make docs`:\n" + "".join(changes[:60])
