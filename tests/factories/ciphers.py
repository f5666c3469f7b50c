"""Tests that must pass under the international and under the national ciphers."""

import pytest

BOTH_CIPHERS = [
    pytest.mark.parametrize("ciphers", ["international", "national"], indirect=True),
    pytest.mark.usefixtures("ciphers"),
]
"""A module's `pytestmark`: each of its tests runs twice."""
