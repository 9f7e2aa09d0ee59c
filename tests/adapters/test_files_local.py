"""Local files: links are not followed out of the folder, and loops end; what lies behind them is never passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cleancut.adapters.files_local import LocalFiles
from cleancut.ports import Files, Unreadable
from cleancut.testing import FilesContract


class TestLocalFiles(FilesContract):
    @pytest.fixture
    def files(self) -> Files:
        return LocalFiles()


def test_links_stay_inside(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    for path in (folder / "sub", outside):
        path.mkdir(parents=True)
        (path / "x.png").write_text("x", encoding="utf-8")
    (folder / "inside.png").symlink_to(folder / "sub" / "x.png")
    (folder / "out.png").symlink_to(outside / "x.png")
    (folder / "out").symlink_to(outside)
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "dead.png").symlink_to(folder / "nothing.png")
    (folder / "self.png").symlink_to(folder / "self.png")
    (folder / ".store").mkdir()
    (folder / "stored").symlink_to(folder / ".store")
    (folder / "unmounted").symlink_to(tmp_path / "share")
    (folder / ".hidden").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    listing = LocalFiles().list(folder)
    out, nowhere = "is a link that leads out of the folder", "is a link that leads nowhere"
    assert {file.name: file.problem for file in listing.files} == {
        "inside.png": "",
        "sub/x.png": "",
        "out.png": out,
        "out": out,
        "dead.png": nowhere,
        "self.png": nowhere,
        "unmounted": nowhere,
        "stored": "is a link to a hidden folder",
        "pipe.png": "is no ordinary file",
    }
    assert all(file.hint for file in listing.files if file.problem)
    assert set(listing.ignored) == {"sub/loop", ".hidden", ".store"}
    with pytest.raises(Unreadable, match="no ordinary file"):
        LocalFiles().digest(folder / "pipe.png")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_without_rights_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_text("x", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(Unreadable, match="permission denied"):
        LocalFiles().digest(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_folder_without_rights_is_listed_as_a_problem(tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut").chmod(0)
    (file,) = LocalFiles().list(tmp_path).files
    (tmp_path / "shut").chmod(0o700)
    assert file.name == "shut"
    assert "permission denied" in file.problem
