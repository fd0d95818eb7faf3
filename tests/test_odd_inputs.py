"""Whatever is in a file, a run over it ends: with findings, with silence, or with one clear line."""

from __future__ import annotations

import encodings.aliases
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fuzzed import REFUSED, faults, smallest, tried
from mutated import BUILT, ODD_BYTES, Case, case, grown
from sizes import LARGE, End, ended

from adamw_lint.cli import main
from adamw_lint.configuration.hierarchy import Configuration
from adamw_lint.looking import Means
from adamw_lint.options.output import FORMATS
from adamw_lint.run import Outcome, Task, run_on_bytes
from adamw_lint.run import run as run_over


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project to be in."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Each of these was made by fuzzed.py, and once ended in a crash, a hang or a refused fix.
FOUND = {
    "a text that Python does not take": "import torch\no=torch.optim.Adam((),**'\\N')",
    "a predicate that Python does not take": "import torch\no = torch.optim.AdamW([{'params': "
    "[p for n, p in q if '\\N{DASH}' in n or 'norm' in n], 'weight_decay': 0.0}], lr=1e-3)\n",
    "texts and bytes side by side": "def d():b''\"Adam\"",
    "an argument that no replacement takes": "import paddle\nr = paddle.optimizer.Adam(l=o, weight_decay=1)",
    "a form feed before a statement": "from torch import optim\n\x0copt = optim.Adam(m(), 1e-3, weight_decay=0.1)\n",
    "form feeds and letters": "import torch\n# é\n\x0c\x0copt = torch.optim.Adam(m(), weight_decay=0.1)\n",
    "a class that no longer is, and nothing to train": "import transformers\nt()(z=transformers.AdamW(), )\n",
    "a template beside a text": "from torch import optim\ns = {'lr': -3, t'{x}' '': wd}\noptim.NAdam(**s)\n",
    "a chain within a chain": "import optax\ntx = optax.chain(optax.add_decayed_weights(0.1, mask=f(optax.chain("
    "optax.add_decayed_weights(0.1, mask=g), optax.scale_by_adam()))), optax.scale_by_adam())\n",
    "a line that says only that it goes on": "\\\nimport torch\nif torch:\n    o = torch.optim.AdamW(m())\n",
    "a lambda that takes whatever it is given": "import torch\no = torch.optim.Adam(m.parameters())\n"
    "l = f() + sum(map(lambda *p: p.norm(), m.parameters())) + sum(p.norm() for p in m.parameters())\nl.backward()\n",
    "a default beside norms": "from tinygrad.nn.optim import AdamW\nfrom tinygrad.nn.state import get_parameters\n"
    "o = AdamW(get_parameters(t()), 3)",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_is_borne(text: str) -> None:
    assert list(faults(Case("train.py", text.encode(), ""))) == []


def test_a_good_program_is_borne() -> None:
    assert list(faults(Case("train.py", BUILT.encode(), ""))) == []


def test_random_inputs_are_borne() -> None:
    assert [each for each in tried(partial(case, 1), range(300)) if not each[1].startswith(REFUSED)] == []


def test_programs_by_the_grammar_are_borne() -> None:
    pytest.importorskip("hypothesmith")
    texts = grown(10, 1)
    assert list(tried(lambda number: Case("train.py", (BUILT + texts[number]).encode(), ""), range(len(texts)))) == []


def test_what_is_not_borne_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(one: Case, number: int) -> Iterator[str]:
        if b"1" in one.data:
            raise KeyError(number)
        if b"2" in one.data:
            os.kill(os.getpid(), signal.SIGKILL)
        while b"3" in one.data:
            pass
        yield from ()

    monkeypatch.setattr("fuzzed.faults", crash)
    monkeypatch.setattr("fuzzed.PATIENCE", 2.0)
    found = list(tried(lambda number: Case("train.py", f"# {number}\n".encode(), ""), range(5)))
    assert [number for number, _ in found] == [1, 2, 3]
    assert "KeyError: 1" in found[0][1]
    assert found[1][1] == "the process died (SIGKILL)"
    assert found[2][1] == "it had not ended after 2 seconds"
    assert smallest(Case("train.py", b"a\nb = 1\n" * 3, ""), found[0][1], 20).data == b"1"


def run(*arguments: str, given: bytes | None = None, seconds: float = 60) -> subprocess.CompletedProcess[bytes]:
    """The command, which has to end in time, by an exit code of its own, without a traceback."""
    command = [sys.executable, "-m", "adamw_lint", "--no-cache", "--format", "concise", *arguments]
    done = subprocess.run(command, capture_output=True, input=given, timeout=seconds, check=False)
    assert done.returncode in (0, 1, 2), done.stderr
    assert b"Traceback" not in done.stderr
    assert b"mistake in adamw-lint" not in done.stderr
    return done


# The bytes of a file


@pytest.mark.parametrize("codec", sorted({*encodings.aliases.aliases.values(), "nope", "utf-8-sig"}))
@pytest.mark.parametrize("data", [BUILT.encode(), BUILT.encode() + b"# \xe9\xff\n", BUILT.encode("utf-16")])
def test_every_cookie_that_python_knows(codec: str, data: bytes) -> None:
    assert list(faults(Case("train.py", f"# -*- coding: {codec} -*-\n".encode() + data, ""))) == []


@pytest.mark.parametrize(
    "data",
    [b"\0", b"x = '\0'\n" + BUILT.encode(), BUILT.encode("utf-16"), BUILT.encode("utf-32"), b"\xef\xbb\xbf" * 3]
    + [BUILT.encode() + each for each in ODD_BYTES]
    + [b"x = '\\ud800'\n" + BUILT.encode(), (BUILT + "x = '\ud800'\n").encode("utf-8", "surrogatepass")],
)
@pytest.mark.parametrize("name", ["train.py", "train.ipynb", "README.md", "index.rst", "a.yaml", "a.json", "a.toml"])
def test_odd_bytes(name: str, data: bytes) -> None:
    assert list(faults(Case(name, data, ""))) == []


SYNTAX = {
    "2 print": "print 'x'\nexec 'x' in y\nraise E, 'x'\n",
    "2 except": "try:\n    pass\nexcept E, e:\n    print >>f, `e`\n",
    "3.8": "def f(a, /, b, *, c):\n    return (d := a)\n",
    "3.9": "@a.b[0].c\ndef f():\n    with (a):\n        pass\n",
    "3.10": "match x:\n    case A(b=1) | {'c': [d, *e], **f} if g:\n        pass\n    case _:\n        pass\n",
    "3.10 with": "with (a as b, c as d,):\n    pass\n",
    "3.11": "try:\n    pass\nexcept* E as e:\n    pass\ndef f(*a: *b): return x[*c]\n",
    "3.12": "type A[T: int, *Ts, **P] = list[T]\nclass B[T](C):\n    def f[U](self, x: U) -> T: ...\n",
    "3.12 texts": "x = f'{'a' + f'{1!r:>{w}}'}'\n",
    "3.13": "type A[T = int] = list[T]\nclass B[*Ts = *tuple[int]]: ...\n",
    "3.14": "try:\n    pass\nexcept A, B:\n    pass\nx = t'{y!r:{z}}' rt'\\d'\n",
    "3.15": "lazy import numpy\nx = [*a for a in b]\ny = {**a for a in b}\n",
}


@pytest.mark.parametrize("text", SYNTAX.values(), ids=SYNTAX)
def test_the_syntax_of_every_version(text: str) -> None:
    """What no parser at hand can read is a line; whatever one can is linted."""
    for code in (BUILT + text, text + BUILT):
        assert list(faults(Case("train.py", code.encode(), ""))) == []
        (outcome,) = run_on(code)
        assert outcome.found or outcome.errors


def run_on(code: str) -> list[Outcome]:
    return [run_on_bytes(code.encode(), "train.py", Task(Configuration.of()))]


NUMBERS = ["9" * 5000, "0x" + "f" * 10000, "10**10**10", "2**(10**9)", "'a' * 10**10", "1 << 10**10", "9**9**9**9"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:10])
def test_a_number_that_nobody_can_hold_is_not_computed(number: str) -> None:
    layers = f"nn.Linear({number}, 3), *[nn.LayerNorm(3) for _ in range({number})]"
    model = f"from torch import nn\nmodel = nn.Sequential({layers})\n"
    text = f"import torch\n{model}opt = torch.optim.AdamW(model.parameters(), lr={number}, weight_decay={number})\n"
    assert list(faults(Case("train.py", text.encode(), ""))) == []


# Large, deep, and made to explode


@pytest.mark.parametrize("name", LARGE)
def test_large_inputs_end(name: str, here: Path) -> None:
    """A two-hundredth of each; `python tests/sizes.py` tries them whole."""
    assert list(ended(LARGE[name], 0.005, here).faults(LARGE[name].lines)) == []


def test_an_end_that_is_none_is_seen() -> None:
    assert list(End(1, "", 1.0, 100.0).faults(1)) == []
    assert list(End(2, "error: a\n", 1.0, 100.0).faults(1)) == []
    for bad in (
        End(-9, "", 1.0, 100.0),
        End(1, "Traceback\n", 1.0, 100.0),
        End(2, "", 1.0, 100.0),
        End(2, "a\nb\n", 1.0, 100.0),
        End(0, "", 300.0, 100.0),
        End(0, "", 1.0, 9000.0),
    ):
        assert list(bad.faults(1))


def test_more_than_can_be_parsed_is_one_clear_line() -> None:
    Path("train.py").write_text(BUILT + "x = 1\n" * 1_000_000)
    done = run("train.py")
    said = b"error: train.py: 6,000,083 characters of Python are too many to be parsed; 4,000,000 are the most\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_notebook_of_more_than_can_be_parsed_is_one_clear_line() -> None:
    cell = {"cell_type": "code", "metadata": {}, "source": BUILT + "x = 1\n" * 700_000}
    Path("train.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}))
    done = run("train.ipynb")
    said = b"error: train.ipynb: 4,200,083 characters of Python are too many to be parsed; 4,000,000 are the most\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_large_file_that_says_nothing() -> None:
    Path("train.py").write_bytes(b"x = 1\n" * 9_000_000)
    assert run("train.py").returncode == 0


BOMBS = {
    "aliases": "a0: &a0 [x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{','.join([f'*a{n}'] * 9)}]\n" for n in range(30)),
    "merges": "a0: &a0 {b: c}\n"
    + "".join(f"a{n + 1}: &a{n + 1}\n  <<: [{','.join([f'*a{n}'] * 9)}]\n" for n in range(30)),
    "itself": "a: &a\n  b: *a\n  <<: *a\n",
    "brackets": "a: " + "[" * 50_000 + "]" * 50_000 + "\n",
    "questions": "a:\n  " + "? " * 50_000 + "\n",
    "dashes": "a:\n  " + "- " * 50_000 + "x\n",
    "tags": "a: " + "!b " * 50_000 + "x\n",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_yaml_does_not_explode(bomb: str) -> None:
    text = f"optimizer:\n  _target_: torch.optim.Adam\n  weight_decay: 0.1\n{bomb}"
    assert list(faults(Case("a.yaml", text.encode(), ""))) == []


DEEP = {
    "lists": "[" * 100_000 + "]" * 100_000,
    "tables": '{"findings": ' * 100_000 + "1" + "}" * 100_000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_deep_baseline_is_damaged(text: str) -> None:
    Path("known.json").write_text(text)
    assert b"known.json: the baseline is damaged: maximum recursion depth" in run("--baseline", "known.json").stderr


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000 + "]" * 100_000, "a = " + "{a = " * 100_000 + "1" + "}" * 100_000]
)
def test_deep_settings_are_no_settings(text: str) -> None:
    Path("adamw-lint.toml").write_text(text)
    assert b"cannot be read: maximum recursion depth" in run().stderr
    assert run("--isolated", "--config", text[:20_000] + text[-20_000:]).returncode == 2
    assert list(faults(Case("a.toml", b"optimizer = 'torch.optim.Adam'\nweight_decay = 1\n" + text.encode(), ""))) == []


# What is no file, and names that are none


def test_what_only_looks_like_a_file_is_not_read() -> None:
    os.mkfifo("pipe.py")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.py")
        for name in ("pipe.py", "socket.py", "/dev/zero"):
            assert f"error: {name}: is no regular file\n".encode() in run(name).stderr
            assert b"is no regular file" in run("--baseline", name).stderr
        assert run(".").returncode == 0
        for name in ("requirements.txt", "setup.cfg", ".gitignore", "adamw-lint.toml"):
            os.mkfifo(name)
        Path("train.py").write_text(f"import pipe\n{BUILT}".replace("Adam(", "RAdam("))
        assert run(".").returncode == 1


def test_a_pipe_that_a_shell_opens_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, BUILT.encode())
    os.close(writing)
    command = [sys.executable, "-m", "adamw_lint", "--isolated", "--no-cache", "--format", "concise"]
    command.append(f"/dev/fd/{reading}")
    assert subprocess.run(command, pass_fds=[reading], capture_output=True, timeout=60, check=False).returncode == 1


def test_a_link_that_leads_to_itself_takes_no_other_file_along() -> None:
    Path("a.py").symlink_to("a.py")
    Path("b.py").write_text(BUILT)
    Path("around").symlink_to(".")
    Path("nowhere.py").symlink_to("nothing")
    done = run(".")
    assert done.returncode == 1
    assert done.stderr == b""
    assert b"no such file" in run("a.py").stderr


NAMES = (b"a\nb.py", b"\xff\xfe.py", b"\x1b[31mred.py", b"-x.py", b"a\rb.py", b" .py", b"%s{}.py", "\u202e.py".encode())


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_name_is_only_a_name(name: bytes) -> None:
    path = Path(os.fsdecode(name))
    path.write_text(f"{BUILT}# \x1b[31m\n")
    for kind in FORMATS:
        done = CliRunner().invoke(main, ["--no-cache", "--format", kind, "."])
        assert done.exit_code == 1
        assert b"\x1b" not in done.stdout_bytes + done.stderr_bytes
    assert CliRunner().invoke(main, ["--no-cache", "--fix", "--", os.fsdecode(name)]).exit_code == 0
    assert "AdamW" in path.read_text()


# What changes while it is looked at, and what may not be read or written


def test_a_file_that_vanishes_midway_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py", "c.py"):
        Path(name).write_text(BUILT)
    outcomes = run_over(["a.py", "b.py", "c.py"], Task(Configuration.of(isolated=True)), Means())
    assert next(outcomes).found
    Path("b.py").unlink()
    second, third = outcomes
    assert [str(each) for each in second.errors] == ["b.py: cannot be read: No such file or directory"]
    assert third.found


def test_a_file_that_may_not_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py"):
        Path(name).write_text(BUILT)
    whole = open

    def forbidden(path: Any, *rest: Any, **more: Any) -> Any:
        if path == "a.py":  # what root may do all the same
            raise PermissionError(13, "Permission denied")
        return whole(path, *rest, **more)

    monkeypatch.setattr("builtins.open", forbidden)
    first, second = run_over(["a.py", "b.py"], Task(Configuration.of(isolated=True)), Means())
    assert [str(each) for each in first.errors] == ["a.py: cannot be read: Permission denied"]
    assert second.found


def test_paths_in_settings_and_baselines_are_only_compared(tmp_path: Path) -> None:
    """Nothing is written but the files that are linted and those that the command line names."""
    outside = tmp_path / "outside.py"
    inside = tmp_path / "inside"
    inside.mkdir()
    outside.write_text(BUILT)
    (inside / "train.py").write_text(BUILT)
    (inside / "known.json").write_text('{"version": 1, "findings": {"../outside.py": [], "/etc/passwd": []}}')
    settings = (
        'baseline = "known.json"\nexclude = ["../*"]\nextend = "../other.toml"\n[per-file-ignores]\n"../*" = ["ADW1"]\n'
    )
    (inside / "adamw-lint.toml").write_text(settings)
    (tmp_path / "other.toml").write_text("")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run("--fix", str(inside)).returncode == 0
    changed = {path for path, data in before.items() if path.read_bytes() != data}
    assert changed == {inside / "train.py"}
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(before)
