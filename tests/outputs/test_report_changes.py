"""The report's part on what is another since an earlier check: there where it was asked for, and nothing in it runs."""

from __future__ import annotations

import re
from dataclasses import replace

from cleancut.adapters.report_html import report
from cleancut.model.past import past_verdict
from cleancut.rules.changes import changes_since
from outputs import sample


def test_without_an_earlier_check_there_is_no_such_part() -> None:
    assert 'id="changes"' not in report(sample.production(), None, show_prompts=True)


def test_it_says_what_the_terminal_says() -> None:
    after = past_verdict(sample.production().record())
    before = replace(after, findings=after.findings[1:], engines={**after.engines, "engine": "features 0"})
    text = report(sample.production(), None, show_prompts=True, changes=changes_since(before, after))
    part = text[text.index('<section id="changes"') : text.index('<section id="film"')]
    plain = " ".join(re.sub(r"<[^>]+>", "", part).split())
    assert "Picture of posters/regatta.png poster: New at 01:00:05:00 to 01:00:09:00" in plain
    assert "Engine: Features 0 then, features 1 (step 4) now: what one finds, another may not." in plain
    assert '<a href="#changes">' in text


def test_hostile_names_stay_text() -> None:
    after = past_verdict(sample.hostile().record())
    old = replace(after, findings=(), uses={}, on="<script>alert(1)</script>")
    changes = changes_since(old, after)
    text = report(sample.hostile(), None, show_prompts=True, changes=changes)
    part = text[text.index('<section id="changes"') : text.index('<section id="film"')]
    assert "<script" not in part
    assert "&lt;script&gt;alert(1)" in part
