"""What files are cut into that are read for the sake of another one."""

from pathlib import Path

import libcst as cst
import pytest
from gates import findings, findings_in_whole
from test_program import PROGRAMS

from adamw_lint.model.instances import Instances
from adamw_lint.model.module import Module
from adamw_lint.read.slices import Slices
from adamw_lint.read.source import Source


def texts(slices: Slices, name: str) -> list[str]:
    """The code of the statements that bind a name."""
    found = [each for number in slices.named.get(name, ()) for each in slices.parsed(number)]
    return [cst.Module(body=[each]).code.strip() for each in found]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("import a\nimport b.c\n", "b", ["import b.c"]),
        ("from m import (\n    a,\n    b as c,\n)\n", "c", ["from m import (\n    a,\n    b as c,\n)"]),
        ("from m import a as b\n", "a", []),
        ("@wrap\n@again(1)\ndef f():\n    x = 1\n", "f", ["@wrap\n@again(1)\ndef f():\n    x = 1"]),
        ("def f():\n    x = 1\n", "x", []),
        ("def f():\n    global x\n    x = 1\n", "x", ["def f():\n    global x\n    x = 1"]),
        ("class A(B):\n    x = 1\n", "A", ["class A(B):\n    x = 1"]),
        ("a = 1; b = 2\nc = 3\n", "b", ["a = 1; b = 2"]),
        ("a = 1\nb = 2\na = 3\n", "a", ["a = 1", "a = 3"]),
        ("x, (y, *z) = v\n", "z", ["x, (y, *z) = v"]),
        ("x: int = 1\n", "x", ["x: int = 1"]),
        ("x += 1\n", "x", ["x += 1"]),
        ("print(y := 1)\n", "y", ["print(y := 1)"]),
        (
            "try:\n    import a\nexcept E as e:\n    a = None\n",
            "a",
            ["try:\n    import a\nexcept E as e:\n    a = None"],
        ),
        ("try:\n    pass\nexcept E as e:\n    pass\n", "e", ["try:\n    pass\nexcept E as e:\n    pass"]),
        ("if c:\n    def f(): pass\n", "f", ["if c:\n    def f(): pass"]),
        ("for i in r:\n    last = i\n", "last", ["for i in r:\n    last = i"]),
        ("with o() as f:\n    pass\n", "f", ["with o() as f:\n    pass"]),
        ("match v:\n    case [a, *rest]:\n        pass\n", "rest", ["match v:\n    case [a, *rest]:\n        pass"]),
        (
            "match v:\n    case {'k': a, **more}:\n        pass\n",
            "more",
            ["match v:\n    case {'k': a, **more}:\n        pass"],
        ),
        ("del x\n", "x", ["del x"]),
        ('a = """\nb = 1\n"""\nb = 2', "b", ["b = 2"]),
    ],
)
def test_a_name_brings_the_statements_that_bind_it(text: str, name: str, expected: list[str]) -> None:
    assert texts(Slices(text), name) == expected


@pytest.mark.parametrize("text", ["a = 1\r\nb = 2\r\n", "a = 1\n\x0cb = 2\n", "print 1\nb = 2\n"])
def test_what_cannot_be_cut_is_one_slice(text: str) -> None:
    slices = Slices(text)
    assert slices.is_whole
    assert len(slices) == 1


def test_what_cannot_be_parsed_has_no_statements() -> None:
    assert Slices("print 1\n").parsed(0) == ()


def test_statements_are_parsed_once_and_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = cst.parse_module

    def noted(text: str) -> cst.Module:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(cst, "parse_module", noted)
    slices = Slices("def f(): pass\ndef g(): pass\n")
    assert slices.parsed(1) is slices.parsed(1)
    assert parsed == ["def g(): pass\n"]


def program(folder: Path, **files: str) -> Module:
    """The model of `main`, beside the other files of its program."""
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return Module.of(Source.of_text(files["main"], str(folder / "main.py")))


OTHER = """
import torch
from torch.optim import Adam as Chosen

def build(model):
    return make(model.parameters(), weight_decay=DECAY)

def unasked(model):
    return torch.optim.SGD(model.parameters(), weight_decay=0.1)

DECAY = 1e-2
make = Chosen
"""


def test_what_is_parsed_weighs_and_the_rest_a_tenth() -> None:
    slices = Slices("x = 1\n" + "class C:\n    y = 2\n")
    assert slices.weight == len(slices.text) // 10
    slices.parsed(1)
    slices.parsed(1)
    assert slices.weight == len(slices.text) // 10 + len("class C:\n    y = 2\n")


def test_no_more_of_another_file_is_taken_in_than_is_asked_for(tmp_path: Path) -> None:
    module = program(tmp_path, main="from other import build\n\nbuild(model)\n", other=OTHER)
    call = module.survey.calls[0]
    module.values.worth(call.func)
    assert list(module.survey.functions) == ["build"]
    (made,) = (each for each in module.survey.calls if each is not call and isinstance(each.func, cst.Name))
    assert module.values.worth(made.func) == module.values.worth(made.func)
    assert getattr(module.values.worth(made.func), "path", "") == "torch.optim.Adam"
    assert str(getattr(module.values.worth(made.args[1].value), "value", "")) == "0.01"
    assert "unasked" not in module.survey.functions


def test_all_of_a_file_is_taken_in_once_it_is_asked_for(tmp_path: Path) -> None:
    module = program(tmp_path, main="from other import build\n\nbuild(model)\n", other=OTHER)
    module.values.worth(module.survey.calls[0].func)
    module.program.read(tmp_path / "other.py")
    module.program.read(tmp_path / "other.py")
    assert list(module.survey.functions) == ["build", "unasked"]
    assert len(module.survey.functions["build"]) == 1


def test_later_statements_come_later_whenever_they_are_asked_for(tmp_path: Path) -> None:
    other = "import torch\nlater = torch.optim.SGD\nuse = later\nlater = torch.optim.Adam\n"
    module = program(tmp_path, main="from other import use, later\n\nuse(p)\nlater(p)\n", other=other)
    use, later = (module.values.worth(call.func) for call in module.survey.calls)
    assert (getattr(use, "path", ""), getattr(later, "path", "")) == ("torch.optim.SGD", "torch.optim.Adam")


def test_the_classes_that_derive_from_one_come_with_it(tmp_path: Path) -> None:
    other = "class A:\n    pass\n\nclass B(A):\n    pass\n\nclass C(\n    B,\n):\n    pass\n\nclass D:\n    pass\n"
    module = program(tmp_path, main="from other import A\n\nA()\n", other=other)
    (owner,) = Instances(module.survey, module.values).classes(module.survey.calls[0])
    derived = Instances(module.survey, module.values).derived(owner)
    assert sorted(each.name.value for each in derived) == ["B", "C"]


def test_a_name_that_only_a_function_binds_is_none_of_the_module(tmp_path: Path) -> None:
    other = "def f():\n    if (a := 1):\n        dir = a\n\ndef g():\n    return dir\n"
    module = program(tmp_path, main="", other=other)
    tree = module.program.opened(tmp_path / "other.py")
    assert tree is not None
    assert "g" in module.survey.scopes[tree].bindings
    (read,) = module.survey.names["dir"]
    assert module.values.bindings(read) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_else_is_found_than_where_files_are_taken_in_whole(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, text in PROGRAMS[name][0].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    files = {str(each): each.read_bytes() for each in tmp_path.rglob("*.py")}
    found = {path: findings(path, data) for path, data in files.items()}
    assert found == {path: findings_in_whole(path, data) for path, data in files.items()}
