"""Comments that silence: how far each reaches, what is said about those that do nothing, and how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import only

from adamw_lint.cli import main
from adamw_lint.diagnostics import Diagnostic, Span
from adamw_lint.engine import fix, lint
from adamw_lint.fixes.apply import compiles, rewrite
from adamw_lint.read.lines import lines_of
from adamw_lint.read.source import Source
from adamw_lint.suppress.adding import silenced
from adamw_lint.suppress.directives import directives
from adamw_lint.suppress.removal import without
from adamw_lint.suppress.suppressions import Ledger

HEAD = "import torch\n\n"
CALL = "opt = torch.optim.Adam(w, weight_decay=0.01)"
LONG = "opt = torch.optim.Adam(\n    w,\n    weight_decay=0.01,\n)"
COUPLED = "coupled-decay"


def found(text: str, *rules: str) -> list[str]:
    return [each.rule for each in lint(Source.of_text(text), only(*(rules or (COUPLED,))))]


@pytest.mark.parametrize(
    "text",
    [
        f"# adamw-lint: ignore[coupled-decay] as published\n{CALL}\n",
        f"# adamw-lint: ignore[ADW101]\n\n# another comment\n{CALL}\n",
        f"# adamw-lint: ignore[coupled-decay]\n# adamw-lint: ignore[l2-in-loss]\n{CALL}\n",
        f"# adamw-lint: ignore[coupled-decay]\n{LONG}\n",
        LONG.replace("    weight", "    # adamw-lint: ignore[coupled-decay] why\n    weight") + "\n",
        LONG.replace("0.01,", "0.01,  # adamw-lint: ignore[coupled-decay]") + "\n",
        LONG.replace("0.01,", "0.01,  # noqa: ADW1") + "\n",
        f"# adamw-lint: ignore[coupled-decay]\n{CALL[:-1]}, \\\n    lr=0.1)\n",
        f"# adamw-lint: disable[coupled-decay] all of it as published\n{CALL}\nx = 1\n{CALL}\n",
        f"x = 1  # adamw-lint: disable[ADW1]\n{CALL}\n# adamw-lint: enable[ADW1]\n",
        f"{CALL}\n# adamw-lint: ignore-file[ADW] not ours\n",
        f"if x:  # adamw-lint: ignore-file[coupled-decay]\n    {CALL}\n",
        f"#adamw-lint:ignore[ l2-in-loss ,coupled-decay ]\n{CALL}\n",
        f"{CALL}  # type: ignore # adamw-lint: ignore[coupled-decay] see #12 # pragma: no cover\n",
    ],
)
def test_silence(text: str) -> None:
    assert found(HEAD + text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"# adamw-lint: ignore[coupled-decay]\nx = 1\n{CALL}\n",
        f"x = 1  # adamw-lint: ignore[coupled-decay]\n{CALL}\n",
        f"# adamw-lint: ignore[coupled-decay]\nfor w in x:\n    {CALL}\n",
        f"# noqa: ADW101\n{CALL}\n",
        f"# adamw-lint: ignore[l2-in-loss]\n{CALL}\n",
        f"# adamw-lint: disable[coupled-decay]\n# adamw-lint: enable[coupled-decay]\n{CALL}\n",
        f"# adamw-lint: disable[coupled-decay]\n# adamw-lint: enable[ADW]\n{CALL}\n",
        f"{CALL}\n# adamw-lint: disable[coupled-decay]\n",
        f"x = '# adamw-lint: ignore-file[coupled-decay]'\n{CALL}\n",
        f"{CALL}  # adamw-lint: ignore\n",
        f"{CALL}  # adamw-lint: ignore[coupled-decay\n",
        f"{CALL}  # adamw-lint: enable[coupled-decay]\n",
    ],
)
def test_no_silence(text: str) -> None:
    assert found(HEAD + text) == [COUPLED]


def test_a_block_is_ended_for_what_its_end_names() -> None:
    text = (
        HEAD
        + f"# adamw-lint: disable[ADW1, ADW3]\n# adamw-lint: enable[ADW3]\n{CALL}\n{CALL.replace('Adam', 'AdamW')}\n"
    )
    assert found(text, COUPLED, "decayed-norms") == [] or found(text, COUPLED) == []
    assert found(text.replace("enable[ADW3]", "enable[ADW1]"), COUPLED) == [COUPLED]


FIXED = {
    "a code of ours beside another": ("x = 1  # noqa: E501, ADW101", "x = 1  # noqa: E501"),
    "in the middle, without spaces": ("x = 1  # noqa:E501,ADW101,F401", "x = 1  # noqa:E501,F401"),
    "alone": ("x = 1  # noqa: ADW101", "x = 1"),
    "with a reason that stays": ("x = 1  # noqa: ADW101 as published", "x = 1  # as published"),
    "with its own reason": ("x = 1  # adamw-lint: ignore[coupled-decay] as published", "x = 1"),
    "one of two": ("x = 1  # adamw-lint: ignore[coupled-decai, ADW101] why", "x = 1"),
    "after other text": ("x = 1  # set once  # adamw-lint: ignore[ADW101]", "x = 1  # set once"),
    "before another comment": ("x = 1  # adamw-lint: ignore[ADW101] why # noqa: E501", "x = 1  # noqa: E501"),
    "between comments": ("x = 1  # type: ignore # noqa: ADW101 # pragma: x", "x = 1  # type: ignore  # pragma: x"),
    "two on a line": ("x = 1  # noqa: ADW101 # adamw-lint: ignore[ADW101]", "x = 1"),
    "a line of its own": ("    # adamw-lint: ignore[ADW101]\nx = 1", "x = 1"),
    "a block": ("# adamw-lint: disable[ADW101]\nx = 1\n# adamw-lint: enable[ADW101]", "x = 1"),
    "a whole file": ("# adamw-lint: ignore-file[ADW2] why\nx = 1", "x = 1"),
    "nothing of ours": ("x = 1  # noqa: E501, F401 why", "x = 1  # noqa: E501, F401 why"),
    "bare": ("x = 1  # noqa", "x = 1  # noqa"),
    "a rule that is unknown": ("x = 1  # adamw-lint: ignore[coupled] why", "x = 1"),
    "an unknown code": ("x = 1  # noqa: ADW1O1, E501", "x = 1  # noqa: E501"),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("text", "after"), FIXED.values(), ids=FIXED)
def test_what_silences_nothing_goes_and_nothing_else_does(text: str, after: str, newline: str) -> None:
    text, after = (f"{each}\ny = 2\n".replace("\n", newline) for each in (text, after))
    done = fix(Source.of_text(text), only("unused-ignore", "unknown-ignore"))
    assert done.source.text == after
    assert done.remaining == []
    assert done.dropped == ()


def test_whether_the_rule_is_on_makes_no_difference() -> None:
    kept = f"{HEAD}{CALL}  # adamw-lint: ignore[coupled-decay, default-decay]\n"
    (told,) = lint(Source.of_text(kept), only("unused-ignore"))
    assert told.message == "`default-decay` silences nothing here"


def test_several_names_that_silence_nothing_are_told_together() -> None:
    kept = f"{HEAD}{CALL}  # adamw-lint: ignore[coupled-decay, default-decay, l2-in-loss]\n"
    (told,) = lint(Source.of_text(kept), only("unused-ignore"))
    assert told.message == "`default-decay` and `l2-in-loss` silence nothing here"
    assert told.help == "take them out"


def test_what_is_said_of_a_comment_is_silenced_by_name_alone() -> None:
    for name, heard in [("unused-ignore", False), ("ADW901", False), ("ADW9", True), ("ADW", True)]:
        text = f"x = 1  # adamw-lint: ignore[l2-in-loss, {name}]\n"
        assert bool(found(text, "unused-ignore")) is heard, name
    assert found("# adamw-lint: ignore-file[ADW901]\nx = 1  # noqa: ADW101\n", "unused-ignore") == []


def test_another_fix_may_leave_a_comment_without_its_finding() -> None:
    text = (
        HEAD + "opt = torch.optim.Adam(model.parameters())\nfor x in data:\n"
        "    loss = f(x) + 0.01 * sum(p.pow(2).sum() for p in model.parameters())\n"
        "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"
        "# adamw-lint: disable[coupled-decay]\n"
    )
    done = fix(Source.of_text(text), only("l2-in-loss", "unused-ignore"), unsafe=True)
    assert done.dropped == ()
    assert "adamw-lint" not in done.source.text


REASONED = [
    ("# adamw-lint: ignore[ADW101]", True),
    ("# adamw-lint: ignore[ADW101] # noqa: E501", True),
    ("# noqa: ADW101", True),
    ("# noqa: ADW101  # type: ignore", True),
    ("# noqa: E501", False),
    ("# noqa", False),
    ("# adamw-lint: ignore[ADW101] why", False),
    ("# adamw-lint: ignore[ADW101]: why", False),
    ("# noqa: ADW101 - why", False),
    ("# noqa: ADW101  # as published", False),
]


@pytest.mark.parametrize(("comment", "told"), REASONED)
def test_a_reason_may_be_required(comment: str, told: bool) -> None:
    assert bool(found(f"{HEAD}{CALL}  {comment}\n", "unreasoned-ignore")) is told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_reasons_are_required_by_settings(folder: Path) -> None:
    Path("a.py").write_text(f"{HEAD}{CALL}  # noqa: ADW101\n")
    assert run(".").exit_code == 0
    assert "ADW903" in run(".", "--config", "require-reason = true").stdout
    assert run(".", "--config", "require-reason = true", "--ignore", "ADW903").exit_code == 0
    assert run(".", "--config", "require-reason = true", "--config", "require-reason = false").exit_code == 0


PLACES = {
    "a line": CALL,
    "a call of several lines": LONG,
    "a comment is there": f"{CALL}  # set once",
    "another tool's": f"{CALL}  # noqa: E501",
    "one of ours": f"{CALL}  # adamw-lint: ignore[l2-in-loss] why",
    "a backslash": f"{CALL[:-1]}, \\\n    lr=0.1)",
    "a backslash at once": "opt = torch.optim.Adam(w, weight_decay= \\\n    0.01)",
    "a backslash in a block": f"if True:\n\tif True:\n\t\t{CALL[:-1]}, \\\n    lr=0.1)",
    "inside a string": 'x = f"""\n{torch.optim.Adam(w, weight_decay=0.01)}\n"""',
    "two on a line": f"{CALL}; {CALL}",
    "space at the end": f"{CALL}   ",
    "the last line": CALL,
}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["none", "lf", "crlf"])
@pytest.mark.parametrize("code", PLACES.values(), ids=PLACES)
def test_ignores_are_written_where_they_work(code: str, end: str, folder: Path) -> None:
    text = (HEAD + code).replace("\n", end or "\n") + end
    Path("a.py").write_bytes(text.encode())
    before = lint(Source.of_text(text), only(COUPLED))
    assert before
    told = run("--add-ignore=as published", "--select", "ADW101")
    assert (told.exit_code, told.stderr) == (0, ""), told.output
    assert told.stdout == f"Silenced {len(before)} finding{'s' * (len(before) > 1)} in 1 file.\n"
    written = Path("a.py").read_bytes().decode()
    assert found(written) == []
    assert run(".").exit_code in (0, 1)
    assert found(written, "unused-ignore", "unknown-ignore") == (["unused-ignore"] if "l2-in-loss" in code else [])
    assert compiles(written)
    assert run("--add-ignore=as published", "--select", "ADW101").stdout == "All clean (1 file).\n"
    assert Path("a.py").read_bytes().decode() == written
    stripped = [line for line in written.split("\n") if not line.strip().startswith("# adamw-lint")]
    assert [line.partition("  # adamw-lint")[0].rstrip() for line in stripped] == [
        line.partition("  # adamw-lint")[0].rstrip() for line in text.split("\n")
    ]


def test_ignores_need_the_reason_that_settings_require(folder: Path) -> None:
    Path("a.py").write_text(f"{HEAD}{CALL}\n")
    Path("adamw-lint.toml").write_text("require-reason = true\n")
    told = run("--add-ignore", ".")
    assert (told.exit_code, Path("a.py").read_text()) == (2, f"{HEAD}{CALL}\n")
    assert "a.py: a reason is required here" in told.stderr
    assert run("--add-ignore=why", ".", "--select", "ADW101").exit_code == 0


def test_a_path_behind_the_option_is_no_reason(folder: Path) -> None:
    Path("a.py").write_text(f"{HEAD}{CALL}\n")
    assert run("--select", "ADW101", "--add-ignore", "a.py").exit_code == 0
    assert Path("a.py").read_text() == f"{HEAD}{CALL}  # adamw-lint: ignore[coupled-decay]\n"


COMMENTS = st.text(st.sampled_from("#,: []\\\t") | st.sampled_from("abEF1é"), max_size=8) | st.sampled_from(
    ["# noqa", ": ADW101", ",E501", "# adamw-lint: ignore[", "ADW101", "coupled-decay", "]", " # type: ignore"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(COMMENTS, max_size=6).map(lambda parts: "#" + "".join(parts)))
def test_taking_out_ours_leaves_the_codes_of_others(comment: str) -> None:
    text = f"x = 1  {comment}\ny = 2\n"
    source = Source.of_text(text)
    for directive in directives(source):
        gone = list(directive.ours)
        if not gone:
            continue
        after = rewrite(text, [without(source, directive, gone)])
        assert compiles(after)
        assert after.startswith("x = 1")
        assert after.endswith("\ny = 2\n")
        assert text[: directive.span.start].rstrip() == after[: len(text[: directive.span.start].rstrip())]
        others = [name.text for name in directive.names or () if name not in gone]
        assert all(other in after for other in others)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 40), st.integers(1, 25), st.sampled_from(list(PLACES.values())))
def test_ignores_silence_whatever_stands_anywhere(start: int, length: int, code: str) -> None:
    source = Source.of_text(f"{HEAD}{code}\n")
    offset = min(len(HEAD) + start, len(source.text) - 2)
    finding = Diagnostic("double-decay", Span(offset, min(offset + length, len(source.text) - 1)), "", "")
    new = silenced(source, [finding], "why")
    (line,) = [line for line in new.text.split("\n") if "double-decay" in line]
    assert compiles(new.text)
    assert "double-decay" in {name.text for each in directives(new) for name in each.ours}, line
    is_before = 0 <= new.text.find("# adamw-lint: ignore[double") < offset
    shift = len(new.text) - len(source.text) if is_before else 0
    moved = Diagnostic("double-decay", Span(finding.span.start + shift, finding.span.end + shift), "", "")
    heard = Ledger.of(new, [moved]).audible([moved])
    assert heard == []


def test_the_layout_of_what_is_no_python() -> None:
    told = lines_of(Source.of_text("a = (1,\n  2)\ndef f():\n    b = 'x\nc = 3\n"))
    assert [(each.first, each.last) for each in told.statements[:1]] == [(1, 2)]


SETTINGS = "optimizer:\n  _target_: torch.optim.Adam\n  lr: 1.0e-3\n  weight_decay: 0.01\n"


def test_a_file_of_settings_is_silenced_where_its_language_has_comments(folder: Path) -> None:
    for name, text in [
        ("train.yaml", SETTINGS),
        ("train.toml", '[optimizer]\n_target_ = "torch.optim.Adam"\nlr = 1e-3\nweight_decay = 0.01\n'),
    ]:
        Path(name).write_text(text, encoding="utf-8")
        assert run("--add-ignore=as published", name).exit_code == 0
        written = Path(name).read_text(encoding="utf-8")
        assert written.count("# adamw-lint: ignore[coupled-decay] as published\n") == 1
        assert [line.partition("  #")[0] for line in written.splitlines()] == text.splitlines()
        assert run(name).exit_code == 0


def test_a_file_of_json_is_not_harmed_by_a_comment(folder: Path) -> None:
    text = '{"optimizer": {"_target_": "torch.optim.Adam", "lr": 1e-3, "weight_decay": 0.01}}\n'
    Path("train.json").write_text(text, encoding="utf-8")
    told = run("--add-ignore=as published", "train.json")
    assert told.exit_code == 2
    assert "train.json: not silenced: JSON has no comments" in told.stderr
    assert Path("train.json").read_text(encoding="utf-8") == text
