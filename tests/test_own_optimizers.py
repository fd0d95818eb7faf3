"""What users state of their own optimizers in pyproject.toml: it is believed, everywhere, and checked first."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from adamw_lint.cli import main
from adamw_lint.rulebook import folder

FACT = """
[tool.adamw-lint]

[[tool.adamw-lint.optimizer]]
name = "mylab.optim.Ours"
family = "adam"
coupling = "coupled"
signature = "params, lr=0.001, weight_decay=0, decouple=False"
decay_argument = "weight_decay"
switch = "decouple"
"""

COUPLED = "optimizer = Ours(model.parameters(), lr=0.001, weight_decay=0.01)\n"
IMPORTED = "from mylab.optim import Ours\n\n" + COUPLED


def _run(folder: Path, *args: str, toml: str = FACT, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    (folder / "pyproject.toml").write_text(toml)
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, list(args))
    return result.exit_code, result.output


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


PROGRAMS = {
    "installed elsewhere": {"train.py": IMPORTED},
    "in the same file": {"mylab/__init__.py": "", "mylab/optim.py": f"class Ours:\n    pass\n\n\n{COUPLED}"},
    "imported by its path": {
        "mylab/__init__.py": "",
        "mylab/optim.py": "class Ours:\n    pass\n",
        "train.py": IMPORTED,
    },
    "imported from beside": {
        "mylab/__init__.py": "",
        "mylab/optim.py": "class Ours:\n    pass\n",
        "mylab/train.py": IMPORTED.replace("mylab.optim", ".optim"),
    },
    "exported again": {
        "mylab/__init__.py": "from .optim import Ours\n",
        "mylab/optim.py": "class Ours:\n    pass\n",
        "train.py": IMPORTED.replace("mylab.optim", "mylab"),
    },
}


@pytest.mark.parametrize("files", PROGRAMS.values(), ids=PROGRAMS)
def test_it_is_known_wherever_it_comes_from(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, files)
    code, output = _run(tmp_path, "--format", "json", ".", monkeypatch=monkeypatch)
    assert code == 1
    assert [each["name"] for each in json.loads(output)["diagnostics"]] == ["coupled-decay"]


def test_nothing_is_known_of_it_without_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, PROGRAMS["installed elsewhere"])
    code, _ = _run(tmp_path, ".", toml="", monkeypatch=monkeypatch)
    assert code == 0


def test_its_switch_is_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, PROGRAMS["installed elsewhere"])
    _run(tmp_path, "--fix", "--select", "ADW101", ".", monkeypatch=monkeypatch)
    assert "weight_decay=0.01, decouple=True)" in (tmp_path / "train.py").read_text()


def test_without_switch_or_replacement_it_is_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, PROGRAMS["installed elsewhere"])
    toml = FACT.replace('switch = "decouple"\n', "")
    code, output = _run(tmp_path, "--fix", "--select", "ADW101", ".", toml=toml, monkeypatch=monkeypatch)
    assert code == 1
    assert "torch.optim.AdamW" in output
    assert (tmp_path / "train.py").read_text() == IMPORTED


def test_it_outweighs_what_we_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, {"train.py": "import torch\n\noptimizer = torch.optim.Adam(p, weight_decay=0.01)\n"})
    toml = FACT.replace("mylab.optim.Ours", "torch.optim.Adam").replace('"coupled"', '"decoupled"')
    assert _run(tmp_path, ".", "--select", "ADW101", toml=toml, monkeypatch=monkeypatch)[0] == 0


def test_what_the_rulebook_shows_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, PROGRAMS["installed elsewhere"])
    shown = (folder() / "frameworks" / "README.md").read_text(encoding="utf-8")
    toml = shown.partition("```toml\n")[2].partition("```")[0]
    assert _run(tmp_path, ".", "--select", "ADW101", toml=toml, monkeypatch=monkeypatch)[0] == 1


def test_it_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, output = _run(tmp_path, "optimizers", "Ours", "--format", "json", monkeypatch=monkeypatch)
    (row,) = json.loads(output)
    assert row["source"].endswith("pyproject.toml")
    assert (row["keyword"], row["position"], row["switch"], row["proof"]) == ("weight_decay", 2, "decouple", "read")


WRAPPER = """
[tool.adamw-lint]

[[tool.adamw-lint.wrapper]]
name = "mylab.optim.sharded"
signature = "%s"
wraps = "optimizer_class"
"""

# How what is trained, and the class, come to a function that builds the optimizer.
WRAPPED = {
    "params, optimizer_class, **kwargs": "model.parameters(), torch.optim.Adam",
    "optimizer_class, params, **kwargs": "torch.optim.Adam, model.parameters()",
    "*, optimizer_class, params, **kwargs": "optimizer_class=torch.optim.Adam, params=model.parameters()",
    "model, optimizer_class, **kwargs": "model, torch.optim.Adam",
}


@pytest.mark.parametrize(("signature", "arguments"), WRAPPED.items(), ids=WRAPPED)
def test_what_builds_it_may_take_its_arguments_in_any_way(
    signature: str, arguments: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = f"optimizer = sharded({arguments}, lr=0.001, weight_decay=0.01)"
    _write(tmp_path, {"train.py": f"import torch\nfrom mylab.optim import sharded\n\n{line}\n"})
    code, output = _run(tmp_path, "--fix", "--select", "ADW101", ".", toml=WRAPPER % signature, monkeypatch=monkeypatch)
    assert code == 0, output
    assert line.replace("Adam", "AdamW") in (tmp_path / "train.py").read_text()


@pytest.mark.parametrize("signature", ["optimizer_class, params, **kwargs", "*, optimizer_class, params, **kwargs"])
def test_groups_go_through_what_builds_it(signature: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = '[{"params": model.parameters(), "weight_decay": 0.01}]'
    call = f"sharded(optimizer_class=torch.optim.Adam, params={groups})"
    _write(tmp_path, {"train.py": f"import torch\nfrom mylab.optim import sharded\n\noptimizer = {call}\n"})
    code, output = _run(tmp_path, "--select", "ADW101", ".", toml=WRAPPER % signature, monkeypatch=monkeypatch)
    assert (code, "ADW101" in output) == (1, True), output


def test_what_goes_on_without_a_name_is_left_to_a_human(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = "sharded(model.parameters(), optimizer_class=torch.optim.Adam, weight_decay=0.01)"
    _write(tmp_path, {"train.py": f"import torch\nfrom mylab.optim import sharded\n\noptimizer = {call}\n"})
    toml = WRAPPER % "*args, optimizer_class, **kwargs"
    code, output = _run(tmp_path, "--fix", "--select", "ADW101", ".", toml=toml, monkeypatch=monkeypatch)
    assert (code, "by hand, because not all of its arguments are known" in output) == (1, True), output


@pytest.mark.parametrize(("arguments", "code"), [("model.parameters()", 1), ("model.parameters(), 0.001, 0.0", 0)])
def test_what_comes_by_a_place_without_a_name_may_be_the_decay(
    arguments: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, {"train.py": f"from mylab.optim import Ours\n\noptimizer = Ours({arguments})\n"})
    toml = FACT.replace("params, lr=0.001, weight_decay=0,", "params, *args, weight_decay=0.1,") + 'default = "0.1"\n'
    toml = toml.replace("decouple=False", "decouple=True").replace('"coupled"', '"decoupled"')
    assert _run(tmp_path, ".", "--select", "ADW402", toml=toml, monkeypatch=monkeypatch)[0] == code


WRONG = {
    "an unknown key": ('switch = "decouple"', 'swich = "decouple"', "there is no key `swich`; did you mean `switch`?"),
    "a missing key": ('family = "adam"\n', "", "`family` is missing"),
    "an unknown coupling": ('"coupled"', '"couple"', "`coupling` cannot be `couple`; did you mean `coupled`?"),
    "a number": ('"mylab.optim.Ours"', "3", "`name` must be a string"),
    "no path": ('"mylab.optim.Ours"', '"Ours"', "`Ours` is no dotted path"),
    "no signature": ("params, lr=0.001,", "params lr", "`signature` must be as in"),
    "no parameters": ("params, ", "", "`signature` has no `params`"),
    "no such argument": ('"weight_decay"', '"wd"', "`decay_argument` names `wd`, which is not in `signature`"),
    "no decimal": ('switch = "decouple"', 'default = "little"', "`default` must be a decimal number"),
    "no replacement": ('switch = "decouple"', 'replacement = "a.B"', "no optimizer `a.B` is known for `replacement`"),
    "no tables": (
        "[[tool.adamw-lint.optimizer]]",
        "[tool.adamw-lint.optimizer]",
        "must be tables: `[[optimizer]]`, in ",
    ),
    "no list": ('switch = "decouple"', 'aliases = "a.B"', "`aliases` must be a list of strings"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_it_is_said(
    old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, PROGRAMS["installed elsewhere"])
    assert old in FACT
    code, output = _run(tmp_path, ".", toml=FACT.replace(old, new), monkeypatch=monkeypatch)
    assert code == 2
    assert message in output
    assert "pyproject.toml" in output
