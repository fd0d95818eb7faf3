"""Text, lines, columns, encodings and comments of one file."""

import pytest

from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.errors import UnreadableError
from adamw_lint.read.lines import comments
from adamw_lint.read.source import Source
from adamw_lint.suppress.suppressions import Ledger


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\r\ny = 2\n",
        b"\xef\xbb\xbf# caf\xc3\xa9\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"# coding: latin-1\rx = '\xe9'\r",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'",
        b"",
    ],
)
def test_bytes_survive(data: bytes) -> None:
    source = Source.of_bytes(data, "t.py")
    assert source.encode() == data
    assert not source.text.startswith("\ufeff")


@pytest.mark.parametrize("data", [b"x = '\xff'\n", b"# coding: nonsense\n", b"# coding: rot13\n", b"\xff\xfex\x00"])
def test_undecodable_bytes_are_a_clear_error(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^t\.py: cannot be decoded"):
        Source.of_bytes(data, "t.py")


def test_lines_end_at_newlines_only() -> None:
    source = Source.of_text("a\fb\r\nc\rd\u2028e\x0b\x1cf\nλx")
    assert [source.line(number) for number in range(1, source.lines + 1)] == ["a\fb", "c", "d\u2028e\x0b\x1cf", "λx"]
    assert source.position(source.text.index("x")) == (4, 2)
    assert source.position(len(source.text)) == (4, 3)
    assert source.position(0) == (1, 1)


@pytest.mark.parametrize(("text", "newline"), [("a", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r")])
def test_dominant_newline(text: str, newline: str) -> None:
    assert Source.of_text(text).newline == newline


def test_comments_are_no_strings() -> None:
    source = Source.of_text('x = "# noqa"  # real\n\f# café\r\ny = """\n# no\n"""\n')
    assert [(each.line, source.text[each.span.start : each.span.end]) for each in comments(source)] == [
        (1, "# real"),
        (2, "# café"),
    ]


def test_comments_of_what_cannot_be_tokenized() -> None:
    assert [each.line for each in comments(Source.of_text("# one\nx = 'a\ny = (\n# four"))] == [1, 4]


@pytest.mark.parametrize(
    ("comment", "heard"),
    [
        ("", True),
        ("# noqa", False),
        ("# type: ignore # NoQA", False),
        ("# noqa: E501", True),
        ("# noqa: E501, ADW101", False),
        ("# noqa:ADW1", False),
        ("# noqa: ADW101 because", False),
        ("# noqa: ADW301", True),
        ("# noqa: A", True),
        ("# noqa: because", True),
        ("# noqable", True),
        ("# adamw-lint: ignore[coupled-decay] the paper's recipe", False),
        ("# adamw-lint: ignore[decayed-norms, ADW101]", False),
        ("# adamw-lint: ignore[decayed-norms]", True),
    ],
)
def test_suppression(comment: str, heard: bool) -> None:
    source = Source.of_text(f"before  # noqa\nfirst(\n    last)  {comment}\nafter  # noqa\n")
    finding = Diagnostic("coupled-decay", Span(source.start(2), source.start(3) + 8), "", "")
    assert bool(Ledger.of(source, [finding]).audible([finding])) is heard
