"""No text makes a regular expression of the linter slow, and the command that says so would see one that is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from regexes import slow


def test_every_pattern_is_linear() -> None:
    command = [sys.executable, str(Path(__file__).parent / "regexes.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = re.search(r"^(\d+) patterns, 0 of them slow$", done.stdout, re.MULTILINE)
    assert said is not None
    assert int(said[1]) > 150


SLOW = [
    r"(?:a+)+b",
    r"\s+$",
    r"self\.(\w+)\b[^=\n]*=",
    r"(?:\s*=\d+\s*,?)+",
    b"\\[([^\\]]+)\\]",
    r"\"(?:[^\"\\\n]|\\.)*\"",
    r"x.*y.*z",
]


@pytest.mark.parametrize("pattern", SLOW, ids=repr)
def test_a_slow_one_is_seen(pattern: str | bytes) -> None:
    assert next(slow(re.compile(pattern)), "")


QUICK = [
    r"(?<!\s)\s++$",
    r"(?<!\w)\w*+:",
    r"(?<!\s)(?:\s*+=\d+\s*+,?)+",
    b"\\[([^\\[\\]]+)\\]",
    r"\"(?:[^\"\\\n]|\\.)*+\"?",
]


@pytest.mark.parametrize("pattern", QUICK, ids=repr)
def test_a_linear_one_is_not_called_slow(pattern: str | bytes) -> None:
    assert list(slow(re.compile(pattern))) == []
