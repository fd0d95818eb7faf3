"""Markdown and reStructuredText: which blocks are Python, which belong together, and that all around them stays."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adamw_lint.cli import main
from adamw_lint.diagnostics import Edit, Span
from adamw_lint.errors import LintError
from adamw_lint.fixes.apply import edited
from adamw_lint.read.fragments import joined
from adamw_lint.read.prose import programs

ADAM = "torch.optim.Adam(p, weight_decay=0.1)"


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["--select", "ADW101", *words], input=stdin)


def places(text: str, name: str = "a.md", rules: str = "ADW101") -> list[tuple[int, int]]:
    told = run("-", "--stdin-filename", name, "--format", "json", "--select", rules, stdin=text.encode())
    return [(each["line"], each["column"]) for each in json.loads(told.stdout)["diagnostics"]]


def fence(code: str, info: str = "python", sign: str = "```") -> str:
    return f"{sign}{info}\n{code}\n{sign}\n\n"


@pytest.mark.parametrize(
    "info",
    [
        "python",
        "py",
        "Python",
        "python3",
        "py title='a'",
        "{.python .input}",
        "ipython3",
        "python {1,3}",
        "{code-cell} python",
    ],
)
def test_blocks_of_python_are_read(info: str) -> None:
    assert places("Adam.\n\n" + fence(f"import torch\nopt = {ADAM}", info)) == [(5, 27)]
    assert places(fence(f"import torch\nopt = {ADAM}", info, "~~~~")) == [(3, 27)]


@pytest.mark.parametrize("info", ["", "bash", "text", "python-traceback", "pytb", "r", "{r}", "python+jinja"])
def test_other_blocks_are_not(info: str) -> None:
    assert places(fence(f"import torch\nopt = {ADAM}", info)) == []


def test_fragments_are_left_out() -> None:
    broken = (
        fence(f"import torch\nfor x in {ADAM}:") + fence("def fit(self, …)") + fence(f"import torch\n{ADAM}\n  ...")
    )
    assert places(f"    import torch\n    {ADAM}\n\n{broken}{fence(f'opt = {ADAM}')}") == []
    assert places(broken + fence(f"$ pip install x\nimport torch\n{ADAM}")) == []
    assert places(broken + fence(f"!pip install x\nimport torch\n{ADAM}")) == [(19, 21)]


def test_blocks_go_on_with_the_names_of_others() -> None:
    start = fence("from torch.optim import Adam\nWD = 0.1")
    aside = fence("from mine import Adam\nWD = 3\nAdam(p, weight_decay=WD)")
    assert places(start + aside + fence("Adam(p, weight_decay=WD)")) == []  # the last Adam before it is another
    assert places(start + fence("from mine import SGD\nSGD(p)") + fence("Adam(p, weight_decay=WD)")) == [(12, 9)]


def test_blocks_that_need_nothing_of_each_other_are_programs_of_their_own() -> None:
    penalty = (
        "for x, y in data:\n    loss = f(x, y)\n"
        "    for p in model.parameters():\n        loss += 0.1 * p.pow(2).sum()\n"
        "    loss.backward()\n    opt.step()"
    )
    sgd = fence(f"import torch\nmodel = M()\nopt = torch.optim.SGD(model.parameters(), lr=1)\n{penalty}")
    adam = fence("import torch\nmodel = M()\nopt = torch.optim.Adam(model.parameters())")
    assert places(sgd + adam, rules="ADW201") == []
    assert places(adam + fence(penalty), rules="ADW201") == [(11, 17)]


@pytest.mark.parametrize(
    ("fragments", "programs_"),
    [
        (["a = 1", "b = 2", "c = a"], [(0, 2), (1,)]),
        (["a = 1", "a = 2", "b = a"], [(0,), (1, 2)]),
        (["a = 1", "a = f(a)", "", "b = a"], [(0, 1, 3)]),
        (["x = 1", "y = 1", "z = x + y"], [(0, 1, 2)]),
        (["import os.path", "os.getcwd()"], [(0, 1)]),
        (["x = 1", "def f(x):\n    y = x\n    return y", "f(y)"], [(0,), (1, 2)]),
        (["x = 1", "[x for x in z]", "(lambda x: x)"], [(0,), (1,), (2,)]),
        (["x = 1", "for i in range(3):\n    x += i"], [(0, 1)]),
        (["class A:\n    pass", "class B(A):\n    pass", "print('"], [(0, 1), (2,)]),
    ],
)
def test_which_fragments_belong_together(fragments: list[str], programs_: list[tuple[int, ...]]) -> None:
    assert joined(fragments) == programs_


def test_a_fix_stays_in_its_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    head = b"\xef\xbb\xbf# Adam caf\xc3\xa9\r\n\r\n* one\r\n\r\n  ```python\r\n  import torch\r\n\r\n"
    tail = b"  ```\r\n\r\ntorch.optim.Adam(p, weight_decay=0.1)\r\n\r\n> ~~~py\r\n> x = 1\r\n> ~~~   \r\n\x0c"
    line = b"  opt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\r\n"
    Path("a.md").write_bytes(head + line + tail)
    assert run("--select", "ADW301", "--fix").exit_code == 0
    groups = (
        b"  opt = torch.optim.AdamW([\r\n"
        b'      {"params": [p for p in model.parameters() if p.ndim >= 2]},\r\n'
        b'      {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},\r\n'
        b"  ], weight_decay=0.1)\r\n"
    )
    assert Path("a.md").read_bytes() == head + groups + tail


def test_programs_of_one_file_are_fixed_one_after_the_other() -> None:
    one = f"import torch\nopt = {ADAM}"
    told = run("-", "--stdin-filename", "a.md", "--fix", "--select", "ADW301", stdin=fence(one) + "x\n\n" + fence(one))
    assert told.stdout.count("AdamW(") == 2
    assert told.stderr.count("a.md:3:") + told.stderr.count("a.md:10:") == 2
    diff = run("-", "--stdin-filename", "a.md", "--diff", stdin=fence(one) + "x\n\n" + fence(one)).stdout
    assert diff.count("--- a.md") == 1


SESSION = f">>> import torch\n>>> opt = {ADAM}\n>>> print(opt)\nAdam(weight_decay=0.1)\n"


def test_sessions_are_read_behind_their_prompts() -> None:
    assert places(fence(SESSION, "pycon")) == [(3, 31)]
    assert places(f"Text:\n\n{SESSION}\nmore", "a.rst") == [(4, 31)]
    told = run("-", "--fix", "--stdin-filename", "a.rst", stdin=SESSION)
    assert told.stdout == SESSION.replace("optim.Adam(", "optim.AdamW(")
    longer = ">>> import torch\n>>> opt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\n"
    told = run("-", "--fix", "--stdin-filename", "a.rst", "--select", "ADW301", stdin=longer)
    assert [line[:3] for line in told.stdout.splitlines()] == [">>>", ">>>", "...", "...", "..."]


def test_a_session_takes_no_second_statement() -> None:
    session = ">>> from transformers import SGD, AdamW\n>>> a = AdamW(p)\n>>> b = SGD(p)\n"
    told = run("-", "--fix", "--stdin-filename", "a.rst", "--select", "ADW401", stdin=session)
    assert (told.stdout, told.exit_code) == (session, 1)
    assert "fix:" not in told.stderr
    script = session.replace(">>> ", "")
    assert run("-", "--fix", "--select", "ADW401", stdin=script).stdout != script  # two statements of one


RST = """\
Adam
====

.. {directive} python
   :linenos:

   import torch

   opt = {adam}

After it: {adam}
"""


@pytest.mark.parametrize("directive", ["code::", "code-block::", "sourcecode::"])
def test_directives(directive: str) -> None:
    text = RST.format(directive=directive, adam=ADAM)
    assert places(text, "a.rst") == [(9, 30)]
    assert places(text, "a.md") == places(text.replace("python", "bash"), "a.rst") == []
    told = run("-", "--fix", "--stdin-filename", "a.rst", stdin=text)
    assert told.stdout == text.replace("   opt = torch.optim.Adam(", "   opt = torch.optim.AdamW(")


def test_options_of_a_directive_are_no_code() -> None:
    code = f"import torch\nopt = {ADAM}"
    assert places(fence(f":lineno-start: 3\n\n{code}", "{code-block} python")) == [(5, 27)]
    assert places(fence(f"---\nname: x\n---\n{code}", "{code-cell} ipython3")) == [(6, 27)]


def test_comments_silence_in_blocks() -> None:
    assert places(fence(f"import torch\nopt = {ADAM}  # noqa: ADW101")) == []


def test_most_files_are_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamw_lint.read.prose.fences", lambda file: pytest.fail("parsed"))
    assert programs(b"# Title\n\nAdam", "a.md") == ()
    assert programs(fence("x = 1").encode(), "a.md") == ()


def test_a_block_takes_no_edit_that_would_end_it() -> None:
    text = "```python\nopt = torch.optim.Adam(w, weight_decay=1)\n```\n"
    (source,) = programs(text.encode(), "a.md")
    with pytest.raises(LintError, match="the file cannot take its edits where the program stands in it"):
        edited(source, [Edit(Span(0, 0), "```\n")])
    assert edited(source, [Edit(Span(0, 3), "optimizer")]).file.text == text.replace("opt =", "optimizer =")
