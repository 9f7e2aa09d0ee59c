"""The output folder: whole or not at all."""

from __future__ import annotations

from collections.abc import ItemsView
from pathlib import Path
from typing import Any

import pytest

from cleancut.adapters.out_folder import OutFolder
from cleancut.errors import OutputError

OURS = {"verdict.json": b'{"schema": "cleancut/verdict/1"}', "notices/a.txt": b"a"}


class Stopped(dict[str, bytes]):
    """Files during the writing of which the user presses Ctrl-C."""

    def items(self) -> Any:
        def stop() -> Any:
            yield from list(ItemsView(self))[:1]
            raise KeyboardInterrupt

        return stop()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_ctrl_c_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        OutFolder().write(out, Stopped(OURS))
    assert list(tmp_path.iterdir()) == []
    OutFolder().write(out, OURS)
    with pytest.raises(KeyboardInterrupt):
        OutFolder().write(out, Stopped({"verdict.json": b"new", "other": b""}))
    assert contents(out) == OURS
    assert list(tmp_path.iterdir()) == [out]


def test_a_new_result_replaces_the_old_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    OutFolder().write(out, OURS)
    newer = {"verdict.json": OURS["verdict.json"], "report.html": b"<p>"}
    OutFolder().write(out, newer)
    assert contents(tmp_path / "deep") == {f"out/{name}": content for name, content in newer.items()}


@pytest.mark.parametrize("foreign", ["notes.txt", "verdict.json"])
def test_a_folder_that_no_check_wrote_is_refused(tmp_path: Path, foreign: str) -> None:
    (tmp_path / foreign).write_text('{"schema": "another/1"}')
    with pytest.raises(OutputError):
        OutFolder().write(tmp_path, OURS)
    assert [path.name for path in tmp_path.iterdir()] == [foreign]


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OutputError):
        OutFolder().refuse_foreign(tmp_path / "link")
