"""Notebooks: what of them is Python, where findings stand, and that a fix leaves every other byte as it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamw_lint.cli import main
from adamw_lint.diagnostics import Edit, Span
from adamw_lint.errors import LintError
from adamw_lint.fixes.apply import edited, rewrite
from adamw_lint.read.magics import python_of
from adamw_lint.read.notebook import programs
from adamw_lint.read.source import NEWLINE, Source

BAD = "opt = torch.optim.Adam(model.parameters(), weight_decay=0.01)"
GOOD = BAD.replace("Adam(", "AdamW(")


def code(*lines: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": [*lines], **more}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": [*cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


PLAIN = notebook(
    {"cell_type": "markdown", "metadata": {}, "source": ["Adam, with weight_decay=0.1: é"]},
    code("%matplotlib inline\n", "import torch"),
    {"cell_type": "raw", "metadata": {}, "source": ["torch.optim.Adam(p, weight_decay=1)"]},
    code("\n", "!nvidia-smi\n", BAD, outputs=[{"text": [BAD]}]),
)


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--select", "ADW101", *words], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(book: dict[str, Any], *words: str) -> list[tuple[int, int, str]]:
    """The cell, the line and the code of what is found in a notebook, from standard input."""
    told = run("-", "--stdin-filename", "a.ipynb", "--format", "json", *words, stdin=json.dumps(book))
    assert told.exit_code in (0, 1), told.output
    return [(each["cell"], each["line"], each["code"]) for each in json.loads(told.stdout)["diagnostics"]]


def test_findings_say_the_cell(folder: Path) -> None:
    Path("train.ipynb").write_text(json.dumps(PLAIN, indent=1), encoding="utf-8")
    told = run("--format", "full")
    assert told.stdout.startswith("train.ipynb:cell 3:3:44 ADW101 coupled-decay  ")
    assert "\ncell 3:3 │ opt = torch.optim.Adam(" in told.stdout
    assert run("--format", "concise").stdout.startswith("train.ipynb:cell 3:3:44 ADW101")


def test_programs_are_told_the_place_in_the_file_too(folder: Path) -> None:
    text = json.dumps(PLAIN, indent=1)
    Path("train.ipynb").write_text(text, encoding="utf-8")
    (each,) = json.loads(run("--format", "json").stdout)["diagnostics"]
    assert (each["cell"], each["line"], each["column"], each["end_line"], each["end_column"]) == (3, 3, 44, 3, 61)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith('    "opt = '))
    column = text.split("\n")[line - 1].index("weight_decay") + 1
    assert each["file"] == {"line": line, "column": column, "end_line": line, "end_column": column + 17}
    assert f",line={line},endLine={line},col={column}," in run("--format", "github").stdout
    assert "::train.ipynb:cell 3:3:44: " in run("--format", "github").stdout


def test_names_flow_from_cell_to_cell(folder: Path) -> None:
    book = notebook(
        code("from torch.optim import Adam\n", "WD = 0"), code("WD = 0.01"), code("opt = Adam(p, weight_decay=WD)")
    )
    assert found(book) == [(2, 1, "ADW101")]
    Path("a.ipynb").write_text(json.dumps(book, indent=1), encoding="utf-8")
    shown = run().stdout.splitlines()
    assert run("--fix").exit_code == 0
    sources = ["".join(cell["source"]) for cell in json.loads(Path("a.ipynb").read_bytes())["cells"]]
    assert sources == ["from torch.optim import AdamW\nWD = 0", "WD = 0.01", "opt = AdamW(p, weight_decay=WD)"]
    assert any(line.startswith("cell 2:1 │ ") for line in shown)


def test_an_import_is_added_where_the_other_stands() -> None:
    book = notebook(
        code("from torch.optim import SGD, Adam"),
        code("a = SGD(p)\n", "b = Adam(p)"),
        code("c = Adam(p, weight_decay=0.1)"),
    )
    told = run("-", "--stdin-filename", "a.ipynb", "--fix", stdin=json.dumps(book, indent=1))
    sources = ["".join(cell["source"]) for cell in json.loads(told.stdout)["cells"]]
    assert sources[0] == "from torch.optim import SGD, Adam, AdamW"
    assert sources[2] == "c = AdamW(p, weight_decay=0.1)"


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "                  \nx = 1"),
        ("!pip install a \\\n  b\nx = 1", "                \n   \nx = 1"),
        ("if x:\n    !ls -l\n    %cd ..\n", "if x:\n    0     \n    0     \n"),
        ("f?\n?f\ntorch.optim.Adam??\n%time?", "  \n  \n                  \n      "),
        ("files = !ls\nx, y = %sx ls", "files = _  \nx, y = _     "),
        ("x = (1\n  % 2)\ny = 3 \\\n% 4\nz = '''\n%time\n!ls\n'''", None),
        ("%cd a\nx = (1  # )\n% 2)\ny = 3 \\\n% 4\nz = '''\n%time \\'''\n!ls\n'''", "     \nx = (1  # )\n% 2)"),
        ("%%time\nx = 1", "      \nx = 1"),
        (
            "\n# a note\n%%capture --no-stderr\n%pip install x\nx = 1",
            "\n        \n                     \n              \nx = 1",
        ),
        ("%%backend jax\nx = 1", "             \nx = 1"),
        ("%%bash\nx=1", ""),
        ("%%html\nx", ""),
        ("%%writefile a.txt\nx = 1", ""),
        ("%%writefile -a src/a.py\nx = 1", "                       \nx = 1"),
        ("%%sql_of_mine\nselect a from b", ""),
        ("%time x = f(1)\n%timeit -n 3 f()", "0   ; x = f(1)\n                "),
        ("pip install torch\nx = 1\r\ny = 2", "                 \nx = 1\r\ny = 2"),
        ("print 'Python 2'", ""),
        ("await x\nreturn 1", None),
        ("x = 1\n%%time\ny = 2", "x = 1\n      \ny = 2"),
        ("%" * 3 + "\n" + "(" * 5000, ""),
        ("%magic", "      "),
        ("x = %env HOME\nif a % b: c", "x = _        \nif a % b: c"),
    ],
)
def test_what_is_python_in_a_cell(cell: str, python: str | None) -> None:
    got = python_of(cell)
    assert len(got) == len(cell)
    assert NEWLINE.findall(got) == NEWLINE.findall(cell)
    if python == "":
        assert not got.strip()
    elif python is None:
        assert got == cell
    else:
        assert got.startswith(python)


def test_a_long_cell_takes_no_time() -> None:
    for line in ["# note\r\n", "# note\n", " \n", "x = '(\n", "a " * 50, "\\\n", "[", "%%time\n", '"""\n']:
        cell = line * 2000 + "%%"
        assert len(python_of(cell)) == len(cell)


@settings(deadline=None)
@given(st.text("ab=()[]{}'\"%!?\\#: \n\r\téx", max_size=80))
def test_nothing_moves_where_it_is_masked(cell: str) -> None:
    python = python_of(cell)
    assert len(python) == len(cell)
    assert [each.span() for each in NEWLINE.finditer(python)] == [each.span() for each in NEWLINE.finditer(cell)]
    assert python_of(python) == python


def test_a_broken_cell_silences_only_itself() -> None:
    broken = code("print 'torch.optim.Adam(p, weight_decay=1)'")
    assert found(notebook(code("import torch"), broken, code("def f(:"), code(BAD))) == [(3, 1, "ADW101")]


def test_what_is_no_python_is_skipped() -> None:
    skipped = [
        code("%%bash\n", BAD),
        code("%%javascript\n", BAD),
        code(BAD, metadata={"vscode": {"languageId": "fsharp"}}),
        {"cell_type": "markdown", "source": BAD},
        {"cell_type": "code", "source": None},
        {"cell_type": "code"},
        "no cell",
    ]
    assert found(notebook(code("import torch"), *skipped, code("%%time\n", BAD))) == [(8, 2, "ADW101")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}, "kernelspec": {"language": "python"}}],
)
def test_notebooks_of_other_languages_are_left_alone(metadata: dict[str, Any]) -> None:
    assert found(notebook(code("import torch\n", BAD), **metadata)) == []


def test_the_older_format() -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": text, "outputs": []} for text in ("import torch", BAD)
    ]
    heading = {"cell_type": "heading", "source": "Training"}
    sheets = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "worksheets": [{"cells": [cells[0]]}, {"cells": [heading, cells[1]]}],
    }
    assert found(sheets) == [(2, 1, "ADW101")]
    told = run("-", "--stdin-filename", "a.ipynb", "--fix", stdin=json.dumps(sheets))
    assert told.stdout == json.dumps(sheets).replace("Adam(", "AdamW(")


def test_a_written_file_is_a_program_of_its_own() -> None:
    book = notebook(
        code("import torch\n", "WD = 0"),
        code("%%writefile a.py\n", "import torch\n", "WD = 0.1"),
        code("%%writefile -a a.py\n", BAD.replace("0.01", "WD")),
        code("%%writefile b.txt\n", BAD),
        code(BAD.replace("0.01", "WD")),
    )
    assert found(book) == [(2, 2, "ADW101")]


def test_a_comment_speaks_for_its_own_cell() -> None:
    book = notebook(code("import torch  # noqa"), code(BAD + "  # noqa: ADW101\n", "\n"), code(BAD), code("# noqa"))
    assert found(book) == [(2, 1, "ADW101")]


FORMS = {
    "as Jupyter writes it": lambda book: json.dumps(book, indent=1, ensure_ascii=False) + "\n",
    "in one line": lambda book: json.dumps(book, ensure_ascii=False),
    "without a space": lambda book: json.dumps(book, separators=(",", ":")),
    "with tabs and escapes": lambda book: json.dumps(book, indent="\t", ensure_ascii=True, sort_keys=True),
    "with other newlines": lambda book: json.dumps(book, indent=2).replace("\n", "\r\n"),
    "with a byte order mark": lambda book: "\ufeff" + json.dumps(book, indent=4),
    "with escapes that nobody needs": lambda book: (
        json.dumps(book, indent=1).replace("/", "\\/").replace("opt", "\\u006fpt")
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("joined", [False, True], ids=["lines", "one text"])
def test_a_fix_leaves_every_other_byte(form: str, joined: bool, folder: Path) -> None:
    lines = ["%%time\n", 'name = "é 😀 \\" / \\\\"\n', "\n", BAD + "\n", "print(1)"]
    book = notebook(code("import torch, os"), code(*lines, outputs=[{"text": [BAD]}], id="b/c"), zeta=1, alpha="\u2028")
    if joined:
        book["cells"][1]["source"] = "".join(lines)
    before = FORMS[form](book).encode()
    path = Path("a.ipynb")
    path.write_bytes(before)
    assert run("--diff").exit_code == 1
    assert path.read_bytes() == before
    assert run("--fix").exit_code == 0
    at = before.index(b"Adam(", before.index(b"%%time"))
    assert path.read_bytes() == before[:at] + b"AdamW(" + before[at + len("Adam(") :]


def test_lines_come_and_go_as_lines(folder: Path) -> None:
    loss = ["import torch\n", BAD + "\n", "for x, y in data:\n", "    loss = f(x, y)\n"]
    penalty = ["    for p in model.parameters():\n", "        loss = loss + 1e-4 * p.pow(2).sum()\n"]
    rest = ["    loss.backward()\n", "    opt.step()"]
    book = notebook(code(*loss, *penalty, *rest))
    path = Path("a.ipynb")
    path.write_text(json.dumps(book, indent=1), encoding="utf-8")
    assert run("--select", "ADW201,ADW301", "--fix").exit_code == 0
    groups = [
        "opt = torch.optim.AdamW([\n",
        '    {"params": [p for p in model.parameters() if p.ndim >= 2]},\n',
        '    {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},\n',
        "], weight_decay=0.0102)\n",
    ]
    after = notebook(code(loss[0], *groups, *loss[2:], *rest))
    assert path.read_text(encoding="utf-8") == json.dumps(after, indent=1)


@pytest.mark.parametrize(
    ("text", "code_"),
    [("{", 0), ('{"cells": 3}', 0), ("[]", 0), ("null", 0), ("", 0), ("Adam(", 2), ("[" * 100_000 + "Adam(", 2)],
)
def test_what_is_no_notebook(text: str, code_: int, folder: Path) -> None:
    Path("a.ipynb").write_text(text, encoding="utf-8")
    told = run()
    assert told.exit_code == code_
    assert not code_ or told.stderr.startswith("error: a.ipynb: not a notebook: ")


def test_standard_input_comes_back() -> None:
    before = json.dumps(PLAIN, indent=1)
    told = run("-", "--fix", "--stdin-filename", "x.ipynb", stdin=before)
    assert told.stdout == before.replace(f'\n    "{BAD}"', f'\n    "{GOOD}"')
    diff = run("-", "--diff", "--stdin-filename", "x.ipynb", stdin=before)
    assert diff.stdout.startswith("--- x.ipynb\n+++ x.ipynb\n@@ ")
    assert f'\n+    "{GOOD}"\n' in diff.stdout


CELL = st.lists(st.sampled_from(["a = 1", "é = 2", "", "    b", "'\"\\\\'", "if x:", "  % 3", "!ls", "😀"]), max_size=4)
PADDING = st.sampled_from([None, 1, "\t"])


@settings(deadline=None)
@given(st.lists(CELL, min_size=1, max_size=3), PADDING, st.booleans(), st.booleans(), st.data())
def test_an_edit_changes_its_cell_and_nothing_else(
    cells: list[list[str]], indent: int | str | None, ascii_only: bool, joined: bool, data: st.DataObject
) -> None:
    texts = ["\n".join(lines) for lines in cells]
    sources = [text if joined else text.splitlines(keepends=True) for text in texts]
    first = code("Adam(p, weight_decay=1)")
    book = notebook(first, *({"cell_type": "code", "source": source} for source in sources), z=0, a=1)
    text = json.dumps(book, indent=indent, ensure_ascii=ascii_only)
    (source,) = programs(text.encode(), "a.ipynb")
    start = data.draw(st.integers(0, len(source.text)))
    end = data.draw(st.integers(start, min(len(source.text), start + 12)))
    edit = Edit(Span(start, end), data.draw(st.sampled_from(["", "x", "c = 3\n", "\nd", "é\n\n", '"\\\n'])))
    try:
        after = edited(source, [edit])
    except LintError:
        assume(False)
    assert after.text == rewrite(source.text, [edit])
    was, now = json.loads(text), json.loads(after.encode())
    changed = [
        old for old, new in zip(was["cells"], now["cells"], strict=True) if _without_text(old) != _without_text(new)
    ]
    assert not changed
    assert sum(_text(old) != _text(new) for old, new in zip(was["cells"], now["cells"], strict=True)) <= 1
    (inner,) = source.file_edits([edit])
    assert text[: inner.span.start] + inner.text + text[inner.span.end :] == after.file.text


def _without_text(cell: dict[str, Any]) -> dict[str, Any]:
    return {**cell, "source": type(cell["source"]).__name__}


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_places_agree() -> None:
    (source,) = programs(json.dumps(PLAIN, indent=1).encode(), "a.ipynb")
    at = source.text.index("weight_decay")
    place = source.place(Span(at, at + 12))
    assert str(place) == "a.ipynb:cell 3:3:44"
    inside = source.in_file(Span(at, at + 12))
    assert source.file.text[inside.start : inside.end] == "weight_decay"
    assert isinstance(source.file, Source)
    assert source.file.position(inside.start) == (place.file.line, place.file.column)


WRAPPER = """\
from keras import Model, layers, optimizers, regularizers


class Composable:
    def __init__(self, reg=None):
        self.reg = reg
        self._model = None

    @property
    def model(self):
        return self._model

    def dense(self, x):
        return layers.Dense(8, kernel_regularizer=self.reg)(x)

    def compile(self, optimizer):
        self.model.compile(optimizer=optimizer, loss="mse")
"""
DERIVED = """\
class Net(Composable):
    def __init__(self, inputs, reg=regularizers.L2(0.01)):
        super().__init__(reg=reg)
        self._model = Model(inputs, self.dense(inputs))
"""


@pytest.mark.parametrize("optimizer", ["Adam", "RMSprop"])
def test_a_regularizer_is_followed_through_classes_and_cells(optimizer: str) -> None:
    train = f"net = Net(inputs, regularizers.L2(0.1))\nnet.compile(optimizers.{optimizer}())"
    book = notebook(code(WRAPPER), code("%%time\n", DERIVED), code(train))
    expected = [(1, 3, "ADW201"), (2, 1, "ADW201")]
    assert found(book, "--select", "ADW201") == (expected if optimizer == "Adam" else [])
