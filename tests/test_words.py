"""One word per thing, in code, docs and on screens: what crept in elsewhere, and the word to use instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIXES = {".py", ".md", ".yaml", ".json", ".html", ".css", ".js", ".j2", ".toml"}
PLACES = ("src", "docs", "examples", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")


@dataclass(frozen=True)
class Word:
    """`wrong` is a pattern of whole words, any case; `allowed` are patterns it may stand in, each with its reason."""

    wrong: str
    right: str
    allowed: tuple[tuple[str, str], ...] = ()


WORDS = (
    Word(
        r"hash(es|ed|ing)?",
        "digest where it is cryptographic, fingerprint where it is perceptual",
        (
            (r"--(require|generate)-hashes|`--hash", "options of other programs"),
            (r"\bhashes\.SHA\d+|\bprimitives import hashes\b", "a module of the cryptography library"),
            (r"`[^`]*hash[^`]*`", "the name of a method or a file format of others, quoted as code"),
            (r"(\"|')[^\"']*hash[^\"']*(\"|')", "a key of a format of others: c2pa.hash.data"),
        ),
    ),
    Word(r"checksums?", "digest"),
    Word(r"perceptual signature|video signature", "fingerprint", ((r"`signature`", "ffmpeg's filter has that name"),)),
    Word(
        r"assets?",
        "material",
        (
            (r"asset ?maps?", "a file of an IMF package"),
            (r"unreleased assets", "what the guidance lists"),
            (r"`[^`]*asset[^`]*`", "a name of others"),
        ),
    ),
    Word(r"movies?", "title, or deliverable where the file is meant"),
    Word(r"sign-?offs?", "approval"),
    Word(r"green-?li(ght|st)(ed|s)?", "approval"),
    Word(r"rule ?sets?|rule ?books?|policy packs?", "pack"),
    Word(r"audit (logs?|trails?)", "ledger"),
    Word(r"cue ?lists?|cuesheets?", "cue sheet"),
    Word(r"time codes?|time-codes?", "timecode"),
    Word(r"drop frames?", "drop-frame", ((r"FCM: .*", "a line that the EDL format fixes"),)),
    Word(r"fps", "rate: a Fraction, in frames per second"),
    Word(r"release forms?", "consent, or clearance where a right is meant"),
    Word(r"ai[- ]free|no ai (was )?(found|used|inside)|free of ai", "no mark found: absence proves nothing"),
    Word(r"licen[cs]e levels?|subscription plans?", "tier"),
    Word(r"false positives?", "false alarm"),
)


def files() -> Iterator[Path]:
    """What people read or write by hand; `docs/reference` is made from code that is searched itself. columns.yaml lists
    the words of others, which is why it is there."""
    for place in PLACES:
        found = [ROOT / place] if (ROOT / place).is_file() else sorted((ROOT / place).rglob("*"))
        for path in found:
            is_made = (
                path.name == "columns.yaml"
                or "reference" in path.parts
                or "__pycache__" in path.parts
                or "cleancut-out" in path.parts
            )
            if path.suffix in SUFFIXES and path.is_file() and not is_made:
                yield path


def uses(word: Word) -> Iterator[str]:
    """Each line that has the wrong word outside of what is allowed, as file:line: text."""
    wrong = re.compile(rf"(?<![\w-])({word.wrong})(?![\w-])", re.IGNORECASE)
    allowed = [re.compile(pattern, re.IGNORECASE) for pattern, _reason in word.allowed]
    for path in files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            left = line
            for pattern in allowed:
                left = pattern.sub("", left)
            if wrong.search(left):
                yield f"{path.relative_to(ROOT).as_posix()}:{number}: {line.strip()[:100]}"


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.right.partition(",")[0].partition(":")[0])
def test_one_word_per_thing(word: Word) -> None:
    found = list(uses(word))
    assert not found, f"say {word.right}:\n" + "\n".join(found)


def test_the_search_finds_what_it_looks_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text("a hash of a frame\n`pHash` is a method of others\nhashlib\n", encoding="utf-8")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert [line.split(": ")[0] for line in uses(WORDS[0])] == ["README.md:1"]
