"""Fixes become text in rounds, and none that does harm gets through."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Safety, Span
from adamw_lint.errors import DefectError, UnwritableError
from adamw_lint.fix.apply import compatible, moved, rewrite
from adamw_lint.fix.rounds import ROUNDS, Fixed, everything, fix_all
from adamw_lint.fix.write import write
from adamw_lint.read.source import Source

Rewrite = Callable[[Source, re.Match[str]], tuple[Edit, ...]]


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(Span(start, end), text)


def finding(
    match: re.Match[str], edits: tuple[Edit, ...], rule: str = "one", uncovers: tuple[str, ...] = ()
) -> Diagnostic:
    span = Span(*match.span())
    return Diagnostic(rule, span, "", "", fix=Fix("", edits, Safety.SAFE, uncovers))


def replaced(by: str) -> Rewrite:
    return lambda _, match: (edit(*match.span(), by),)


def run(text: str, pattern: str, rewritten: Rewrite, others: str = "$^", uncovers: tuple[str, ...] = ()) -> Fixed:
    """Fix every match of `pattern` (rule one) in a text where every match of `others` is a finding of rule two."""

    def lint(source: Source) -> list[Diagnostic]:
        ones = [finding(m, rewritten(source, m), "one", uncovers) for m in re.finditer(pattern, source.text)]
        twos = [Diagnostic("two", Span(*m.span()), "", "") for m in re.finditer(others, source.text)]
        return sorted(ones + twos, key=lambda each: each.span)

    return fix_all(Source.of_text(text, "t.py"), lint, everything)


def test_edits_leave_every_other_byte() -> None:
    assert rewrite("a\r\nb\fc", [edit(0, 0, "x"), edit(3, 4, ""), edit(5, 6, "é")]) == "xa\r\n\fé"


@pytest.mark.parametrize(
    ("offset", "span"), [(0, (0, 0)), (2, (5, 5)), (3, (6, 6)), (4, (7, 9)), (5, (7, 9)), (6, (9, 9))]
)
def test_offsets_move_with_the_text(offset: int, span: tuple[int, int]) -> None:
    assert moved(offset, [edit(1, 1, "xyz"), edit(4, 6, "uv")]) == Span(*span)


@pytest.mark.parametrize(
    ("other", "together"),
    [((4, 6), True), ((3, 4), False), ((1, 2), False), ((2, 3), False), ((0, 9), False), ((3, 3), False)],
)
def test_fixes_that_touch_wait(other: tuple[int, int], together: bool) -> None:
    first, second = (Diagnostic("r", Span(n, n), "", "", fix=Fix("", (e,), Safety.SAFE)) for n, e in
                     enumerate((edit(2, 3, "x"), edit(*other, "x"))))  # fmt: skip
    assert compatible([second, first]) == ([first, second] if together else [first])


def test_all_sites_are_fixed_and_their_places_known() -> None:
    fixed = run("bad\nx = bad + 1\nbad\n", "bad", replaced("better"))
    assert fixed.source.text == "better\nx = better + 1\nbetter\n"
    assert [fixed.source.position(each.offset) for each in fixed.applied] == [(1, 1), (2, 5), (3, 1)]
    assert (fixed.remaining, fixed.dropped) == ([], ())


def test_fixes_with_the_same_edit_follow_each_other() -> None:
    def with_import(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
        imported = () if "import good" in source.text else (edit(0, 0, "import good\n"),)
        return (*imported, edit(*match.span(), "good"))

    fixed = run("bad\nbad\n", "bad", with_import)
    assert fixed.source.text == "import good\ngood\ngood\n"
    assert [fixed.source.position(each.offset)[0] for each in fixed.applied] == [2, 3]


def test_what_a_fix_uncovers_may_come() -> None:
    fixed = run("bad\n", "bad", replaced("worse"), others="worse", uncovers=("two",))
    assert fixed.source.text == "worse\n"
    assert [each.rule for each in fixed.remaining] == ["two"]


@pytest.mark.parametrize(
    ("text", "by", "reason"),
    [
        ("f(bad)\n", "x)", "the new text does not compile"),
        ("f(a, bad)\n", "**k, *a", "the new text does not compile"),
        ("f(bad)\n", "bad + 1", "it leaves or brings a finding of one"),
        ("f(bad)\n", "worse", "it leaves or brings a finding of two"),
        ("f(b,  # why\n  a)\n", "b, a", "it loses the comment `# why`"),
        ("# coding: ascii\nf(bad)\n", "'\ud800'", "does not fit the encoding"),
    ],
)
def test_a_harmful_fix_is_dropped(text: str, by: str, reason: str) -> None:
    fixed = run(text, r"bad|b,\s+# why\s+a", replaced(by), others="worse")
    assert fixed.source.text == text
    assert len(fixed.remaining) == 1
    (error,) = fixed.dropped
    assert isinstance(error, DefectError)
    assert re.match(r"t\.py:\d:\d+: the fix of one was dropped: .*; .* please report", str(error))
    assert reason in str(error)


def test_one_harmful_fix_keeps_nothing_from_the_others() -> None:
    def bad_in_two(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
        return (edit(*match.span(), ")" if source.position(match.start())[1] > 1 else "good"),)

    fixed = run("bad\nbad\nx = bad\nbad\nbad\n", "bad", bad_in_two)
    assert fixed.source.text == "good\ngood\nx = bad\ngood\ngood\n"
    assert [each.span.start for each in fixed.remaining] == [fixed.source.text.index("bad")]
    assert [error.place for error in fixed.dropped] == [(3, 5)]


def test_a_comment_may_go_with_the_code_it_stands_in() -> None:
    fixed = run("x = 1\nbad()  # why\n", r"bad\(\)  # why\n", replaced(""))
    assert (fixed.source.text, fixed.dropped) == ("x = 1\n", ())


def test_fixes_that_never_end_are_stopped() -> None:
    def one_more(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
        return (edit(*match.span(), "good"), edit(len(source.text), len(source.text), "bad\n"))

    fixed = run("bad\n\n", "bad", one_more, uncovers=("one",))
    assert fixed.source.text.count("good") == ROUNDS
    assert f"fixes still apply after {ROUNDS} rounds" in str(fixed.dropped[0])


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "s.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n# \xc3\xa9\r\n")
    path.chmod(0o755)
    return path


def test_writing_keeps_mode_encoding_and_newlines(script: Path) -> None:
    source = Source.of_bytes(script.read_bytes(), str(script))
    write(source, source.with_text(source.text.replace("1", "2")))
    assert script.read_bytes() == b"\xef\xbb\xbfx = 2\r\n# \xc3\xa9\r\n"
    assert script.stat().st_mode & 0o777 == 0o755
    assert list(script.parent.iterdir()) == [script]


def test_a_symlink_stays_one(script: Path) -> None:
    link = script.with_name("link.py")
    link.symlink_to("s.py")
    source = Source.of_bytes(link.read_bytes(), str(link))
    write(source, source.with_text("y = 1\n"))
    assert link.is_symlink()
    assert script.read_text(encoding="utf-8-sig") == "y = 1\n"


def test_a_file_that_changed_meanwhile_is_left(script: Path) -> None:
    source = Source.of_bytes(script.read_bytes(), str(script))
    script.write_text("changed")
    with pytest.raises(UnwritableError, match="was changed while it was linted"):
        write(source, source.with_text("y = 1\n"))
    assert script.read_text() == "changed"


def test_a_failing_write_leaves_the_file_and_no_other(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    source = Source.of_bytes(script.read_bytes(), str(script))
    with pytest.raises(UnwritableError, match="not fixed: cannot be written: No space left on device"):
        write(source, source.with_text("y = 1\n"))
    assert script.read_bytes() == source.encode()
    assert list(script.parent.iterdir()) == [script]
