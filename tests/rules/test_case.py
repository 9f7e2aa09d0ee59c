"""Which material a dossier's entry means."""

from __future__ import annotations

import pytest

from cleancut.model.material import Material, file_and_page, page_name
from cleancut.rules.case import names


@pytest.mark.parametrize(
    ("pattern", "is_meant"),
    [
        ("art/poster.pdf", True),
        ("art/poster.pdf#page=2", True),
        ("art/poster.pdf#page=3", False),
        ("art/*.pdf", True),
        ("art", True),
        ("art/", True),
        ("ar", False),
        ("poster.pdf", False),
        ("art/poster.png", False),
        ("old/poster.pdf", True),
    ],
)
def test_an_entry_means_a_file_with_all_its_pages(pattern: str, is_meant: bool) -> None:
    page = Material("art/poster.pdf#page=2", "0" * 64, "still", 100, 100, 1, also=("old/poster.pdf#page=2",))
    assert names(pattern, page) == is_meant


@pytest.mark.parametrize("name", ["a.pdf", "a.pdf#page=2", "#page=2", "a#page=x", "a#page=1#page=2"])
def test_page_names_read_back(name: str) -> None:
    assert page_name(*file_and_page(name)) == name
