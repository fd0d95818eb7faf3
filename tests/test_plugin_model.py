"""What the check of a plug-in is shown of a program is what is there, and UNKNOWN where it is not known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from adamw_lint import plugin
from adamw_lint.fixes.apply import rewrite
from adamw_lint.model.module import Module as KnownModule
from adamw_lint.plugin import DYNAMIC, UNKNOWN, Coupling, Family, Module, Nothing, Number, Reach, Span, Text
from adamw_lint.read.source import Source

PROJECT = Path(__file__).parent.parent
PROGRAM = """\
import torch

groups = [
    {"params": model.body.parameters(), "weight_decay": 0.1},
    {"params": [w for w in model.parameters() if w.ndim < 2]},
]
opt = torch.optim.Adam(groups, 1e-3, eps=args.eps, weight_decay=0, fused=None)
other = torch.optim.NAdam(model.parameters(), weight_decay=args.wd, **more)
loss = out.mean() + 0.5 * sum(p.pow(2).sum() for p in model.parameters())
loss.backward()
other.step()
"""


def model(code: str = PROGRAM, path: str = "train.py") -> Module:
    return Module(KnownModule.of(Source.of_text(code, path)))


def shown(code: str, span: Span | None) -> str:
    assert span is not None
    return code[span.start : span.end]


def test_a_construction_is_told_with_its_places() -> None:
    program = model()
    opt, other = program.constructions
    assert (program.path, program.text) == ("train.py", PROGRAM)
    assert shown(PROGRAM, opt.span).startswith("torch.optim.Adam(groups")
    assert (shown(PROGRAM, opt.name), shown(PROGRAM, other.name)) == ("Adam", "NAdam")
    assert (opt.optimizer.name, opt.optimizer.family, opt.coupling) == (
        "torch.optim.Adam",
        Family.ADAM,
        Coupling.COUPLED,
    )
    assert (opt.decay, other.decay) == (Number(Decimal(0)), DYNAMIC)
    assert (opt.is_complete, other.is_complete, opt.is_choice) == (True, False, False)
    assert (opt.default("lr"), opt.default("params")) == ("0.001", None)


def test_arguments_go_by_the_names_of_parameters() -> None:
    given = model().constructions[0].arguments
    assert sorted(given) == ["eps", "fused", "lr", "params", "weight_decay"]
    assert shown(PROGRAM, given["weight_decay"].span) == "weight_decay=0"
    assert shown(PROGRAM, given["weight_decay"].value) == given["weight_decay"].text == "0"
    assert (given["lr"].text, given["lr"].worth) == ("1e-3", Number(Decimal("0.001")))
    assert (given["eps"].worth, given["fused"].worth) == (UNKNOWN, Nothing())


def test_groups_say_what_they_take_and_by_what_they_decay() -> None:
    body, rest = model().constructions[0].groups
    assert shown(PROGRAM, body.span).startswith('{"params": model.body')
    assert body.decay is not None
    assert body.decay.worth == Number(Decimal("0.1"))
    assert (body.reach, rest.reach, rest.decay, rest.is_complete) == (Reach.WHOLE, Reach.NARROWED, None, True)
    (bare,) = model().constructions[1].groups
    assert (bare.span, bare.reach) == (None, Reach.WHOLE)


def test_a_penalty_says_its_coefficient_and_who_trains_on_it() -> None:
    (term,) = model().loss_terms
    assert shown(PROGRAM, term.span).startswith("0.5 * sum(")
    assert (term.coefficient, term.squared) == (Number(Decimal("0.5")), True)
    assert [each.short_name for each in term.reaches] == ["Adam", "NAdam"]
    assert all(shown(PROGRAM, span) for span in term.penalised)
    (loose,) = model(PROGRAM.replace("0.5 *", "args.l2 *")).loss_terms
    assert loose.coefficient == DYNAMIC


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("weight_decay", "0.3", "weight_decay=0.3, fused=None)"),
        ("lr", "0.3", "Adam(groups, 0.3, eps="),
        ("amsgrad", "True", "fused=None, amsgrad=True)"),
    ],
)
def test_an_argument_is_written(name: str, text: str, expected: str) -> None:
    program = model()
    edits = program.with_argument(program.constructions[0], name, text)
    assert expected in rewrite(PROGRAM, edits)


def test_no_edit_is_given_where_it_could_be_wrong() -> None:
    program = model()
    assert program.with_argument(program.constructions[1], "lr", "0.3") == ()  # `**more` may hold one
    assert program.with_argument(program.constructions[1], "weight_decay", "0.3") != ()
    shared = "from torch.optim import Adam\noptions = dict(lr=1e-3)\na = Adam(p, **options)\nb = Adam(q, **options)\n"
    for built in model(shared).constructions:
        assert model(shared).with_argument(built, "lr", "0.3") == ()
        assert built.arguments["lr"].worth == Number(Decimal("0.001"))
        assert shown(shared, built.arguments["lr"].span) == "lr=1e-3"


def test_what_stands_in_another_file_has_no_place(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "options.py").write_text("OPTIONS = dict(lr=1e-3, weight_decay=0.5)\n")
    code = "import torch\nfrom options import OPTIONS\nopt = torch.optim.Adam(p, **OPTIONS)\n"
    (built,) = model(code, str(tmp_path / "train.py")).constructions
    given = built.arguments["weight_decay"]
    assert (given.span, given.value, given.worth) == (None, None, Number(Decimal("0.5")))


def test_a_choice_is_told_as_one() -> None:
    code = "from torch import optim\nkinds = {'adam': optim.Adam, 'w': optim.AdamW}\nopt = kinds[args.name](p)\n"
    assert {built.is_choice for built in model(code).constructions} == {True}


def test_a_text_is_known_as_one() -> None:
    code = "import torch\nopt = torch.optim.Adam(p, lr='no')\n"
    assert model(code).constructions[0].arguments["lr"].worth == Text("no")


def test_the_document_names_all_that_is_public() -> None:
    page = (PROJECT / "docs" / "plugins.md").read_text(encoding="utf-8")
    for name in plugin.__all__:
        assert f"`{name}" in page, name
    for kind in (plugin.Argument, plugin.Construction, plugin.Group, plugin.LossTerm):
        for field in kind.__dataclass_fields__:
            assert f"`{field}`" in page, (kind, field)
