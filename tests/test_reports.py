"""How findings are told: to people, to programs, and to terminals that must not be steered."""

import io
import json
from collections.abc import Sequence

import pytest

from adamw_lint.diagnostics import Diagnostic, Edit, Fix, Label, Safety, Span
from adamw_lint.fixes.fixed import Fixed
from adamw_lint.read.source import Source
from adamw_lint.report import concise, full, github
from adamw_lint.report import json as json_report
from adamw_lint.report.diff import report as diff
from adamw_lint.report.screen import plain, show
from adamw_lint.run import Outcome

CODE = "optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, weight_decay=0.01)\n"


def spot(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def found(text: str, primary: str, *labels: tuple[str, str], fix: Fix | None = None) -> tuple[Source, list[Diagnostic]]:
    marked = tuple(Label(spot(text, part), said) for part, said in labels)
    diagnostic = Diagnostic("coupled-decay", spot(text, primary), "`λ` is wrong", "use another", marked, fix)
    return Source.of_text(text, "train.py"), [diagnostic]


def drawn(linted: tuple[Source, list[Diagnostic]], width: int = full.WIDTH) -> list[str]:
    """The code and the marks alone."""
    return [plain(line) for line in full.report([linted], width)][1:-2]


def test_full_is_the_picture_of_the_design() -> None:
    fix = Fix("rewrite this call", (), Safety.SAFE)
    linted = found("\n" * 40 + CODE, "weight_decay=0.01", ("Adam", "builds a coupled Adam"), fix=fix)
    assert "\n".join(plain(line) for line in full.report([linted])) == (
        "train.py:41:59 ADW101 coupled-decay  `λ` is wrong\n"
        "   41 │ optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, weight_decay=0.01)\n"
        "      │                         ‾‾‾‾ builds a coupled Adam        ^^^^^^^^^^^^^^^^^\n"
        "  help: use another\n"
        "  fix: `adamw-lint --fix` will rewrite this call\n"
    )


@pytest.mark.parametrize(
    ("fix", "last"),
    [
        (None, "  help: use another"),
        (Fix("do it", (), Safety.UNSAFE), "  fix: `adamw-lint --fix --unsafe-fixes` will do it"),
    ],
)
def test_full_says_how_to_fix(fix: Fix | None, last: str) -> None:
    assert plain(list(full.report([found(CODE, "Adam", fix=fix)]))[-2]) == last


@pytest.mark.parametrize(
    ("text", "primary", "labels", "lines"),
    [
        (
            "wd = 1\n\nAdam(p, wd)\n",
            ", wd",
            [("1", "here"), ("Adam", "built")],
            [
                "    1 │ wd = 1",
                "      │      ‾ here",
                "    3 │ Adam(p, wd)",
                "      │ ‾‾‾‾  ^^^^",
                "      │ built",
            ],
        ),
        (
            "a(b, c, d)\n",
            "a(",
            [("b", "first of all"), ("c", "second"), ("a", "within")],
            [
                "    1 │ a(b, c, d)",
                "      │ ^^‾  ‾ second",
                "      │   first of all",
                "      │ within",
            ],
        ),
        ("\tx = '日本'; Adam()\n", "Adam", [], ["    1 │     x = '日本'; Adam()", "      │                 ^^^^"]),
        ("x = f(\r\n    a,\r\n)\r\n", "f(\r\n    a,\r\n)", [], [
            "    1 │ x = f(",
            "      │     ^^",
            "    2 │     a,",
            "      │     ^^",
            "    3 │ )",
            "      │ ^",
        ]),
    ],
)  # fmt: skip
def test_marks(text: str, primary: str, labels: Sequence[tuple[str, str]], lines: list[str]) -> None:
    assert drawn(found(text, primary, *labels)) == lines


def test_a_long_span_is_shortened() -> None:
    lines = drawn(found("f(\n" + "    a,\n" * 9 + ")\n", "f(\n" + "    a,\n" * 9 + ")"))
    assert lines[6:8] == ["    ⋮", "   11 │ )"]


def test_a_long_line_is_cropped_around_the_mark() -> None:
    text = f"x = {'[' + 'a, ' * 100}Adam, {'b, ' * 100}]\n"
    code, marks = drawn(found(text, "Adam"), width=60)
    assert len(code) <= len("    1 │ ") + 60
    assert code.endswith("…")
    assert marks.index("^^^^") == code.index("Adam")
    assert drawn(found(text, "x"), width=60)[0].startswith("    1 │ x = [a")


def test_nothing_steers_the_terminal() -> None:
    source, (diagnostic,) = found("x = '\x1b[31m\u202e\x9b'; Adam()\n", "Adam")
    evil = Source.of_text(source.text, "\x1b]0;t\x07\n\udcff.py")
    for report in (full.report, concise.report):
        told = "".join(plain(line) for line in report([(evil, [diagnostic])]))
        assert not set(told) & set("\x1b\x07\n\u202e\x9b\udcff")
        assert "␛]0;t␇␊�.py" in told


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_color", "coloured"),
    [(_Terminal(), False, True), (_Terminal(), True, False), (io.StringIO(), False, False)],
)
def test_colour(stream: io.StringIO, no_color: bool, coloured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("NO_COLOR", "1") if no_color else monkeypatch.delenv("NO_COLOR", raising=False)
    show(full.report([found(CODE * 9, "Adam")]), stream)
    assert ("\x1b[31m" in stream.getvalue() or "\x1b[1;31m" in stream.getvalue()) is coloured
    assert CODE.strip() in stream.getvalue()


def test_json_says_everything() -> None:
    text = "é = 1\nAdam(\n  wd)\n"
    fix = Fix("use it", (Edit(Span(6, 10), "AdamW"), Edit(Span(6, 6), "")), Safety.SAFE, ("decayed-norms",))
    outcome = outcome_of(found(text, "Adam(\n  wd)", ("1", "λ"), fix=fix))
    told = json.loads("".join(json_report.report([outcome])))
    assert told == {
        "version": 1,
        "diagnostics": [
            {
                "code": "ADW101",
                "name": "coupled-decay",
                "path": "train.py",
                **place(2, 1, 3, 6, 6, 17),
                "message": "`λ` is wrong",
                "help": "use another",
                "labels": [{**place(1, 5, 1, 6, 4, 5), "text": "λ"}],
                "fix": {
                    "title": "use it",
                    "safety": "safe",
                    "uncovers": ["decayed-norms"],
                    "edits": [{**place(2, 1, 2, 1, 6, 6), "text": ""}, {**place(2, 1, 2, 5, 6, 10), "text": "AdamW"}],
                },
                "fingerprint": told["diagnostics"][0]["fingerprint"],
                "rule_doc": "adamw-lint rule coupled-decay",
            }
        ],
        "errors": [],
    }
    assert json.loads("".join(json_report.report([]))) == {"version": 1, "diagnostics": [], "errors": []}


def outcome_of(linted: tuple[Source, list[Diagnostic]]) -> Outcome:
    source, diagnostics = linted
    return Outcome(source, source, (Fixed(source, (), diagnostics),))


def place(line: int, column: int, end_line: int, end_column: int, offset: int, end_offset: int) -> dict[str, int]:
    lines = {"line": line, "column": column, "end_line": end_line, "end_column": end_column}
    return {**lines, "offset": offset, "end_offset": end_offset}


def test_github_escapes_what_would_end_a_command() -> None:
    source, (diagnostic,) = found("Adam(\nwd)\n", "Adam")
    odd = Diagnostic(diagnostic.rule, diagnostic.span, "100% :: a\nb", "c")
    assert "".join(github.report([outcome_of((Source.of_text(source.text, "a,b:c%\n.py"), [odd]))])) == (
        "::group::a,b:c%25␊.py\n"
        "::error title=ADW101 coupled-decay,file=a%2Cb%3Ac%25%0A.py,line=1,endLine=1,col=1,endColumn=5"
        "::a,b:c%25%0A.py:1:1: 100%25 :: a%0Ab; c (`adamw-lint rule coupled-decay`)\n"
        "::endgroup::\n"
    )
    assert ",line=1,endLine=2::" in "".join(github.report([outcome_of(found("Adam(\nwd)\n", "Adam(\nwd)"))]))


def test_diff_is_in_the_bytes_of_the_file() -> None:
    before = Source.of_bytes(b"\xef\xbb\xbfx = 1\r\ny = '\xc3\xa9'", "a.py")
    assert diff(before, before.with_text(before.text.replace("1", "2"))) == (
        b"--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n-\xef\xbb\xbfx = 1\r\n+\xef\xbb\xbfx = 2\r\n"
        b" y = '\xc3\xa9'\n\\ No newline at end of file\n"
    )
    assert diff(before, before) == b""


def test_what_is_taken_for_narrow_is() -> None:
    from rich.cells import cell_len

    narrow = [chr(point) for point in range(0x3000) if full.NARROW.fullmatch(chr(point))]
    assert "λ" in narrow
    assert all(cell_len(each) == 1 for each in narrow)
