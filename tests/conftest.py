"""What every test runs under. Fixtures live beside the tests that use them."""

from __future__ import annotations

import os

import hypothesis

# Repeatable in CI and on a loaded machine: examples follow from the test's own text, and slowness is no failure.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

# The clock and the language of whoever runs the tests must not show in what they compare.
os.environ.update(TZ="UTC", LC_ALL="C.UTF-8", NO_COLOR="1", COLUMNS="120", TERM="dumb")
