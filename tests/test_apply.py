"""Fixes become text in rounds, and none that does harm gets through."""

import re
from collections.abc import Callable

import pytest

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Safety, Span
from adamw_lint.errors import DefectError
from adamw_lint.fixes.apply import compatible, moved, rewrite
from adamw_lint.fixes.fixed import Fixed
from adamw_lint.fixes.rounds import ROUNDS, everything, fix_all
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
    [((4, 6), True), ((3, 4), False), ((1, 2), False), ((2, 3), False), ((0, 9), False)],
)
def test_fixes_that_touch_wait(other: tuple[int, int], together: bool) -> None:
    first, second = (Diagnostic("r", Span(n, n), "", "", fix=Fix("", (e,), Safety.SAFE)) for n, e in
                     enumerate((edit(2, 3, "x"), edit(*other, "x"))))  # fmt: skip
    assert compatible([second, first]) == ([first, second] if together else [first])


def test_of_two_fixes_that_touch_the_one_that_takes_out_less_goes_first() -> None:
    large, small = (Diagnostic("r", Span(0, 9), "", "", fix=Fix("", (edit(*span, "x"),), Safety.SAFE))
                    for span in ((1, 8), (3, 3)))  # fmt: skip
    assert compatible([large, small]) == [small]


def test_all_sites_are_fixed_and_their_places_known() -> None:
    fixed = run("min\nx = min + 1\nmin\n", "min", replaced("max"))
    assert fixed.source.text == "max\nx = max + 1\nmax\n"
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
    fixed = run("min\n", "min", replaced("sum"), others="sum", uncovers=("two",))
    assert fixed.source.text == "sum\n"
    assert [each.rule for each in fixed.remaining] == ["two"]


@pytest.mark.parametrize(
    ("text", "by", "reason"),
    [
        ("f(min)\n", "x)", "the new text does not compile"),
        ("f(a, min)\n", "**k, *a", "the new text does not compile"),
        ("f(min)\n", "min + 1", "it leaves or brings a finding of one"),
        ("f(min)\n", "sum", "it leaves or brings a finding of two"),
        ("f(min)\n", "least", "it uses `least` where nothing has bound it"),
        ("f(b,  # why\n  a)\n", "b, a", "it loses the comment `# why`"),
        ("# coding: ascii\nf(min)\n", "'\ud800'", "does not fit the encoding"),
    ],
)
def test_a_harmful_fix_is_dropped(text: str, by: str, reason: str) -> None:
    fixed = run(text, r"min|b,\s+# why\s+a", replaced(by), others="sum")
    assert fixed.source.text == text
    assert len(fixed.remaining) == 1
    (error,) = fixed.dropped
    assert isinstance(error, DefectError)
    assert re.match(r"t\.py:\d:\d+: the fix of one was dropped: .*; .* please report", str(error))
    assert reason in str(error)


def bad_in_two(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
    """A fix that breaks the program where it does not begin a line."""
    return (edit(*match.span(), ")" if source.position(match.start())[1] > 1 else "max"),)


@pytest.mark.parametrize("text", ["x = min\nmin\n", "min\nx = min\n"])
def test_of_two_fixes_the_harmful_one_is_dropped(text: str) -> None:
    fixed = run(text, "min", bad_in_two)
    assert fixed.source.text == text.replace("min\n", "max\n").replace("x = max", "x = min")
    assert len(fixed.dropped) == len(fixed.remaining) == 1


def test_fixes_that_are_confirmed_go_one_by_one_and_what_is_refused_is_not_asked_again() -> None:
    asked: list[tuple[str, str]] = []

    def confirm(found: Diagnostic, before: Source, after: Source) -> bool:
        asked.append((before.text, after.text))
        return found.span.start > 0

    def lint(source: Source) -> list[Diagnostic]:
        return [finding(m, replaced("max")(source, m)) for m in re.finditer("min", source.text)]

    fixed = fix_all(Source.of_text("min\nmin\nmin\n", "t.py"), lint, everything, confirm)
    assert asked == [
        ("min\nmin\nmin\n", "max\nmin\nmin\n"),
        ("min\nmin\nmin\n", "min\nmax\nmin\n"),
        ("min\nmax\nmin\n", "min\nmax\nmax\n"),
    ]
    assert fixed.source.text == "min\nmax\nmax\n"
    assert len(fixed.remaining) == 1
    assert fixed.dropped == ()


def test_one_harmful_fix_keeps_nothing_from_the_others() -> None:
    fixed = run("min\nmin\nx = min\nmin\nmin\n", "min", bad_in_two)
    assert fixed.source.text == "max\nmax\nx = min\nmax\nmax\n"
    assert [each.span.start for each in fixed.remaining] == [fixed.source.text.index("min")]
    assert [error.place for error in fixed.dropped] == [(3, 5)]


def test_a_comment_may_go_with_the_code_it_stands_in() -> None:
    fixed = run("x = 1\nbad()  # why\n", r"bad\(\)  # why\n", replaced(""))
    assert (fixed.source.text, fixed.dropped) == ("x = 1\n", ())


@pytest.mark.parametrize(
    ("text", "pattern", "by", "fixed"),
    [
        ("# one\nmin  # two\n# three\n", "min", "max", "# one\nmax  # two\n# three\n"),
        ("x = 1  # why\n", "# why", "", "x = 1  \n"),  # all of a removal is the comment
        ("x = 1\n# why\nbad()\n", r"# why\nbad\(\)\n", "", "x = 1\n"),  # it is where a removal begins
        ("bad()  # why", r"bad\(\)  # why", "pass", "pass"),  # it is where one ends
        ("f(b,  # why  \n  a)\n", r"b,  # why  \n  a", "b,  # why\n  a", "f(b,  # why\n  a)\n"),
        ("x = 1  # noqa: A, B\n", ": A, B", ": B", "x = 1  # noqa: B\n"),  # an edit in a comment
    ],
)
def test_comments_stay_or_go_with_what_is_removed(text: str, pattern: str, by: str, fixed: str) -> None:
    done = run(text, pattern, replaced(by))
    assert (done.source.text, done.dropped) == (fixed, ())


@pytest.mark.parametrize("text", ["bad()\nf(b,  # why\n  a)\n", "f(b,  # why\n  a)\nbad()\n"])
def test_a_comment_beside_a_removal_may_not_go(text: str) -> None:
    def both(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
        gone = re.search(r"bad\(\)\n", source.text)
        assert gone is not None
        return tuple(sorted((edit(*gone.span(), ""), edit(*match.span(), "b, a")), key=lambda each: each.span))

    done = run(text, r"b,\s+# why\n  a", both)
    assert done.source.text == text
    assert "it loses the comment `# why`" in str(done.dropped[0])


def test_fixes_that_never_end_are_stopped() -> None:
    def one_more(source: Source, match: re.Match[str]) -> tuple[Edit, ...]:
        return (edit(*match.span(), "max"), edit(len(source.text), len(source.text), "min\n"))

    fixed = run("min\n\n", "min", one_more, uncovers=("one",))
    assert fixed.source.text.count("max") == ROUNDS
    assert f"fixes still apply after {ROUNDS} rounds" in str(fixed.dropped[0])
