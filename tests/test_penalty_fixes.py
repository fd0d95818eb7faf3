"""How a penalty is taken out of a loss: each row of the table of fix safety, and what goes with the term."""

import textwrap

import pytest
from pages import only, project, rewritten, source_of

from adamw_lint.diagnostics import Safety
from adamw_lint.engine import fix, lint
from adamw_lint.read.source import Source

RULE = "l2-in-loss"
HEAD = """\
import torch

model = torch.nn.Linear(4, 2)
"""
LOOP = """\
for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    {add}
    loss.backward()
    optimizer.step()
"""
SQUARES = "sum(p.pow(2).sum() for p in model.parameters())"


def script(add: str, build: str = "Adam(model.parameters(), lr=1e-3)", before: str = "", loop: str = LOOP) -> str:
    added = textwrap.indent(textwrap.dedent(add).strip(), "    ").strip()
    return f"{HEAD}{before}optimizer = torch.optim.{build}\n" + loop.replace("{add}", added)


def safety(code: str) -> Safety | None:
    (found,) = lint(Source.of_text(code), only(RULE))
    return found.fix.safety if found.fix else None


def built(code: str) -> str:
    lines = rewritten(code, RULE).split("\n")
    return next(line for line in lines if "torch.optim." in line).partition("torch.optim.")[2]


@pytest.mark.parametrize(
    ("add", "before", "decay"),
    [
        (f"loss += 1e-5 * {SQUARES}", "", "2e-05"),
        (f"loss = loss + 0.5 * 1e-4 * {SQUARES}", "", "0.0001"),
        (f"loss = loss + {SQUARES} * (5e-4 / 2)", "", "0.0005"),
        (f"loss += lam * {SQUARES}", "lam = 1e-4\n", "2 * lam"),
        (f"loss += lam / 2 * {SQUARES}", "lam = 1e-4\n", "lam"),
        (f"loss += 0.5 * args.l2 * {SQUARES}", "args = parse()\n", "args.l2"),
        (f"loss += cfg['l2'] * {SQUARES} / 2", "cfg = load()\n", "cfg['l2']"),
        (f"lam = 1e-4\nloss += lam * {SQUARES}", "", "0.0002"),
        ("reg = 0\nfor p in model.parameters():\n    reg += (p ** 2).sum()\nloss += 1e-4 * reg", "", "0.0002"),
        ("for p in model.parameters():\n    loss = loss + 1e-4 * p.norm(2) ** 2", "", "0.0002"),
        ("regs = [p.pow(2).sum() for p in model.parameters()]\nloss += 1e-4 * sum(regs)", "", "0.0002"),
        (
            "l2 = None\nl2 = 1e-4 * torch.stack([p.square().sum() for p in model.parameters()]).sum()\nloss += l2",
            "",
            "0.0002",
        ),
    ],
)
def test_the_term_and_what_only_served_it_go_and_the_decay_is_its_gradients(add: str, before: str, decay: str) -> None:
    code = script(add, before=before)
    assert safety(code) is Safety.SAFE
    assert rewritten(code, RULE) == script("", before=before).replace("    \n", "").replace(
        "Adam(model.parameters(), lr=1e-3)", f"AdamW(model.parameters(), lr=1e-3, weight_decay={decay})"
    )


def test_what_other_code_reads_stays() -> None:
    add = f"l2 = {SQUARES}\nlog(l2)\nloss += lam * l2\nlog(lam)"
    text = rewritten(script(add, before="lam = 1e-4\n"), RULE)
    assert text.count("l2") == 2
    assert "    log(l2)\n    log(lam)\n" in text


def test_a_helper_goes_from_a_script_and_stays_in_a_module_that_others_may_import() -> None:
    helper = "def penalty(net):\n    return sum(p.pow(2).sum() for p in net.parameters())\n\n\n"
    code = script("loss += 1e-4 * penalty(model)", before=helper)
    assert "penalty" not in rewritten(code, RULE)
    body = script("loss += 1e-4 * penalty(model)").removeprefix("import torch\n\n")
    text = rewritten("import torch\n\n\n" + helper + "def train(loader):\n" + textwrap.indent(body, "    "), RULE)
    assert "def penalty(net)" in text
    assert "weight_decay=0.0002" in text
    assert "loss +=" not in text


def test_a_comment_beside_the_term_stays() -> None:
    code = script(f"# keep me\nloss = (  # and me\n    loss\n    + 1e-4 * {SQUARES}\n)")
    text = rewritten(code, RULE)
    assert "# keep me" in text


ROWS = {
    "a coupled decay is added": (
        f"loss += 1e-5 * {SQUARES}",
        "Adam(model.parameters(), weight_decay=1e-4)",
        "safe",
        "0.00012",
    ),
    "a decoupled one too": (
        f"loss += 1e-5 * {SQUARES}",
        "AdamW(model.parameters(), weight_decay=0.05)",
        "unsafe",
        "0.05002",
    ),
    "a default": (f"loss += 1e-5 * {SQUARES}", "AdamW(model.parameters())", "unsafe", "0.01002"),
    "a decay at run time": (
        f"loss += 1e-5 * {SQUARES}",
        "Adam(model.parameters(), weight_decay=wd)",
        "safe",
        "wd + 2e-05",
    ),
    "divided": (f"loss = (loss + 1e-5 * {SQUARES}) / 4", "Adam(model.parameters())", "unsafe", "5e-06"),
    "steering": (f"loss += 1e-5 * {SQUARES}\nearly_stopping(loss)", "Adam(model.parameters())", "unsafe", "2e-05"),
}


@pytest.mark.parametrize("row", ROWS)
def test_fixes_of_each_class(row: str) -> None:
    add, build, expected, decay = ROWS[row]
    code = script(add, build)
    assert safety(code) == expected
    assert f"weight_decay={decay})" in built(code)


def test_gradients_that_are_accumulated_make_it_unsafe_and_their_division_does_not_count() -> None:
    loop = LOOP.replace("    optimizer.step()", "    if ready:\n        optimizer.step()")
    code = script(f"loss = (loss + 1e-5 * {SQUARES}) / 4", loop=loop)
    assert safety(code) is Safety.UNSAFE
    assert "weight_decay=2e-05)" in built(code)


MANUAL = {
    "filtered": "loss += 1e-4 * sum(p.pow(2).sum() for n, p in model.named_parameters() if 'bias' not in n)",
    "filtered in a loop": "for n, p in model.named_parameters():\n    if n:\n        loss += 1e-4 * p.pow(2).sum()",
    "one layer": "loss += 1e-4 * model.weight.pow(2).sum()",
    "a mean": "loss += 1e-4 * sum(p.pow(2).mean() for p in model.parameters())",
    "not squared": "loss += 1e-4 * sum(p.norm() for p in model.parameters())",
    "a condition": f"if epoch > 3:\n    loss += 1e-4 * {SQUARES}",
    "a scheduled λ": f"lam = lam * 0.9\nloss += lam * {SQUARES}",
    "an unbound λ": f"loss += lam * {SQUARES}",
    "two losses": f"other(x).backward()\nloss += 1e-4 * {SQUARES}",
    "a learned λ": f"loss += model.log_lam * {SQUARES}",
    "a state loaded": f"optimizer.load_state_dict(state)\nloss += 1e-4 * {SQUARES}",
    "a factor of each parameter": "for p in model.parameters():\n    loss += p.decay * p.pow(2).sum()",
}


@pytest.mark.parametrize("row", MANUAL)
def test_what_is_left_to_the_user(row: str) -> None:
    code = script(MANUAL[row])
    assert safety(code) is None
    assert "by hand, because" in lint(Source.of_text(code), only(RULE))[0].help


@pytest.mark.parametrize(
    "build",
    [
        "Adam(model.head.parameters())",
        "Adam([{'params': model.parameters()}])",
        "Adamax(model.parameters())",
        "Adam(*given)",
    ],
)
def test_an_optimizer_that_cannot_take_the_factor_over(build: str) -> None:
    assert safety(script(f"loss += 1e-4 * {SQUARES}", build)) is None


@pytest.mark.parametrize(
    ("loss", "after"),
    [
        (f"(loss + 1e-4 * {SQUARES}).backward()", "loss.backward()"),
        (f"({SQUARES} * 1e-4 + loss).backward()", "loss.backward()"),
        (f"(a + 1e-4 * {SQUARES} + b).backward()", "(a + b).backward()"),
        (f"accelerator.backward(loss + (1e-4 * {SQUARES}))", "accelerator.backward(loss)"),
        (f"scaler.scale((loss) + 1e-4 * {SQUARES}).backward()", "scaler.scale((loss)).backward()"),
    ],
)
def test_only_the_addend_goes(loss: str, after: str) -> None:
    loop = LOOP.replace("loss.backward()", "{add}").replace("    {add}\n", "", 1)
    assert f"    {after}\n" in rewritten(script(loss, loop=loop), RULE)


def test_a_penalty_beside_a_coupled_decay_is_added_to_it_and_its_accumulator_goes() -> None:
    code = textwrap.dedent("""
        import torch

        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-2)
        for x, y in loader:
            optimizer.zero_grad()
            penalty = 0.0
            for p in model.parameters():
                penalty = penalty + p.pow(2).sum()
            loss = criterion(model(x), y) + 1e-4 * penalty
            loss.backward()
            optimizer.step()
    """)
    fixed = fix(Source.of_text(code), only("coupled-decay", "l2-in-loss")).source.text
    assert "AdamW(model.parameters(), lr=1e-3, weight_decay=0.0102)" in fixed
    assert "penalty" not in fixed


START = """
import torch

lam = 1e-4
model = torch.nn.Linear(4, 4)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
"""
PARTLY = {
    "skipped by continue": """
        for n, p in model.named_parameters():
            if "bias" in n:
                continue
            l2 += p.pow(2).sum()
    """,
    "overwritten": "for p in model.parameters():\n    l2 = p.pow(2).sum()",
    "rescaled": "for p in model.parameters():\n    l2 = l2 * 0.5 + p.pow(2).sum()",
    "cut short by zip": "for p, _ in zip(model.parameters(), range(1)):\n    l2 += p.pow(2).sum()",
}


@pytest.mark.parametrize("way", PARTLY)
def test_a_loop_that_does_not_take_all_is_left_to_the_user(way: str) -> None:
    loop = textwrap.dedent(PARTLY[way]).strip()
    code = f"{START}l2 = 0.0\n{loop}\nloss = model(x).mean() + lam * l2\nloss.backward()\nopt.step()\n"
    assert safety(code) is None


def test_what_is_read_after_a_loop_keeps_the_loop() -> None:
    loop = "for p in model.parameters():\n    l2 = l2 + p.pow(2).sum()"
    code = f"{START}l2 = 0.0\n{loop}\nloss = model(x).mean() + lam * l2\nloss.backward()\nopt.step()\nprint(p.shape)\n"
    assert "for p in model.parameters()" in rewritten(code, RULE)


def test_a_helper_that_does_more_is_called_as_before() -> None:
    helper = (
        "seen = []\ndef l2(m):\n    r = sum(p.pow(2).sum() for p in m.parameters())\n    seen.append(r)\n    return r\n"
    )
    code = f"{START}{helper}loss = model(x).mean() + lam * l2(model)\nloss.backward()\nopt.step()\n"
    assert safety(code) is None


@pytest.mark.parametrize("more", ["if i % 4 != 3:\n        continue", "loss.backward(gradient=g)"])
def test_a_step_that_is_taken_less_often_than_the_backward_makes_it_unsafe(more: str) -> None:
    backward = more if more.startswith("loss") else f"loss.backward()\n    {more}"
    loss = "loss = model(x).mean() + lam * sum(p.pow(2).sum() for p in model.parameters())"
    code = f"{START}for i, x in enumerate(data):\n    {loss}\n    {backward}\n    opt.step()\n"
    assert safety(code) is Safety.UNSAFE


NO_PENALTY = {
    "a λ of zero": "L2 = 0.0\nloss = model(x).mean() + L2 * sum(p.pow(2).sum() for p in model.parameters())",
    "absolute values": "loss = model(x).mean() + lam * sum(p.pow(2).sqrt().sum() for p in model.parameters())",
    "smoothed absolute values": "loss = model(x).mean() + lam * torch.sqrt(model.weight ** 2 + 1e-8).sum()",
    "group lasso": "loss = model(x).mean() + lam * torch.sqrt((model.weight ** 2).sum(dim=0)).sum()",
    "the square of a sum of norms": "loss = model(x).mean() + lam * sum(p.norm() for p in model.parameters()) ** 2",
    "gradients switched off": """
with torch.set_grad_enabled(False):
    loss = model(x).mean() + lam * sum(p.pow(2).sum() for p in model.parameters())
""",
}


@pytest.mark.parametrize("way", NO_PENALTY)
def test_what_is_no_penalty_is_silent(way: str) -> None:
    code = f"{START}{NO_PENALTY[way].strip()}\nloss.backward()\nopt.step()\n"
    assert lint(Source.of_text(code), only(RULE)) == []


def test_a_factor_that_a_caller_gives_is_not_written_as_a_number() -> None:
    code = textwrap.dedent("""
        import torch

        def train(model, lam, data):
            opt = torch.optim.Adam(model.parameters(), lr=1e-3)
            for x in data:
                opt.zero_grad()
                loss = model(x).mean() + lam * sum(p.pow(2).sum() for p in model.parameters())
                loss.backward()
                opt.step()

        train(net, 0.01, data)
    """)
    assert "0.02" not in rewritten(code, RULE)


BUILDER = "import torch\ndef build(net):\n    return torch.optim.Adam(net.parameters(), lr=1e-3)\n"


def test_what_stands_in_another_file_is_named() -> None:
    loop = f"for x in loader:\n    opt.zero_grad()\n    loss = model(x).sum() + 1e-4 * {SQUARES}\n    loss.backward()\n"
    code = f"from build import build\nmodel = make()\nopt = build(model)\n{loop}    opt.step()\n"
    with project({"build.py": BUILDER}):
        (found,) = lint(source_of(code, "train.py"), only(RULE))
    assert found.fix is None
    assert found.help.endswith("; by hand, because the optimizer is built in `build.py`")


BY_HAND = {
    f"reg = 1e-4 * {SQUARES}\nloss = loss + reg.to(loss.device)": "the penalty is no addend of a sum",
    f"loss = torch.add(loss, 1e-4 * {SQUARES})": "the penalty is no addend of a sum",
    f"loss = sum([loss, 1e-4 * {SQUARES}])": "the penalty is no addend of a sum",
    f"loss = 1e-4 * {SQUARES} - reward": "something is subtracted from the penalty",
    f"loss = other + (\n    1e-4 * {SQUARES}\n    # lightly\n)": "a comment stands between its parentheses",
    f"loss = loss * 1; loss += 1e-4 * {SQUARES}": "its statement shares a line with another one",
    f"loss = 0 if done else (loss + 1e-4 * {SQUARES})": "is added under a condition",
    f"loss += len(loader) * {SQUARES}": "`len(loader)` is not bound where the optimizer is built",
    f"loss += max(1e-4, args.least) * {SQUARES}": "`max(1e-4, args.least)` is not bound where",
    f"loss += (args.l2 + 1e-5) * {SQUARES}": "`args.l2 + 1e-5` is not bound where the optimizer is built",
    f"def l2():\n    global calls\n    calls = 1\n    return {SQUARES}\nloss += 1e-4 * l2()": "something else as well",
    f"def l2():\n    seen[0] = 1\n    return {SQUARES}\nloss = loss + 1e-4 * l2()": "something else as well",
    f"def l2():\n    print('l2')\n    return {SQUARES}\nloss = other + 1e-4 * l2()": "something else as well",
}


@pytest.mark.parametrize("add", BY_HAND)
def test_what_cannot_be_taken_out_is_left_and_why(add: str) -> None:
    code = script(add, before="args = parse()\n")
    (found,) = lint(Source.of_text(code), only(RULE))
    assert found.fix is None
    assert BY_HAND[add] in found.help


@pytest.mark.parametrize("line", ["args.l2 = args.l2 / 2", "args.l2 *= 2", "args.l2 = args.l2 = 0.1"])
def test_a_setting_that_is_written_is_not_the_same_everywhere(line: str) -> None:
    code = script(f"loss += args.l2 * {SQUARES}", before="args = parse()\n")
    assert safety(code) is Safety.SAFE
    assert safety(code.replace("for x, y", f"{line}\nfor x, y")) is None
    assert safety(code.replace("for x, y", "args.l1 = args.l2\nargs.lr *= args.l2\nfor x, y")) is Safety.SAFE


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ("[p for p in model.parameters() if p.ndim > 1], lr=1e-3", "the optimizer is given other parameters"),
        ("model.parameters(), **settings", "not all is known of how the optimizer is built"),
        ("build(model), lr=1e-3", "it is not known which parameters the optimizer is given"),
    ],
)
def test_an_optimizer_that_is_not_known_to_be_for_the_same_parameters_keeps_its_decay(
    parameters: str, why: str
) -> None:
    (found,) = lint(Source.of_text(script(f"loss += 1e-4 * {SQUARES}", f"Adam({parameters})")), only(RULE))
    assert found.fix is None
    assert why in found.help


@pytest.mark.parametrize(
    ("add", "left"),
    [
        (f"loss = (loss + 1e-4 * {SQUARES}).to(loss.device)", "loss = loss.to(loss.device)"),
        (
            f"def total(loss):\n    return(loss + 1e-4 * {SQUARES})\nloss = total(loss)",
            "def total(loss):\n    return(loss)\nloss = total(loss)",
        ),
        (
            "reg = 0.0\nfor p in model.parameters():\n    if p.requires_grad:\n        reg = reg + p.pow(2).sum()\n"
            "loss = loss + 1e-4 * reg",
            "",
        ),
        (
            "reg = 0.0\nfor p in model.parameters():\n    if p.requires_grad: reg = reg + p.pow(2).sum()\n"
            "loss = loss + 1e-4 * reg",
            "",
        ),
        (
            f"reg = 0.0\nwith scope(): reg = {SQUARES}\nloss = loss + 1e-4 * reg",
            "with scope(): pass",
        ),
        (
            "reg = 0.0\nfor p in model.parameters():\n    if p.requires_grad:\n        reg = reg + p.pow(2).sum()\n"
            "    else:\n        log(p)\nloss = loss + 1e-4 * reg",
            "for p in model.parameters():\n    if p.requires_grad:\n        pass\n    else:\n        log(p)",
        ),
    ],
)
def test_what_is_left_of_the_loss_is_what_it_was_without_the_penalty(add: str, left: str) -> None:
    code = script(add)
    assert safety(code) is Safety.SAFE
    kept = LOOP.replace("{add}", textwrap.indent(left, "    ").strip()) if left else LOOP.replace("    {add}\n", "")
    assert rewritten(code, RULE).endswith(kept)


TRAINER = """\
import torch

class Trainer:
    def __init__(self, model, lam):
        self.model = model
        self.lam = lam
        self.opt = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def train(self, loader):
        for x, y in loader:
            self.opt.zero_grad()
            loss = criterion(self.model(x), y)
            loss = loss + self.lam * sum(p.pow(2).sum() for p in self.model.parameters())
            loss.backward()
            self.opt.step()
"""


def test_an_attribute_is_the_factor_where_it_is_bound_before_the_optimizer_is_built() -> None:
    assert safety(TRAINER) is Safety.SAFE
    assert built(TRAINER) == "AdamW(self.model.parameters(), lr=1e-3, weight_decay=2 * self.lam)"


@pytest.mark.parametrize(
    "other",
    [
        TRAINER.replace("        self.lam = lam\n", "").replace("lr=1e-3)\n", "lr=1e-3)\n        self.lam = lam\n"),
        TRAINER.replace("self.lam = lam\n", "if lam:\n            self.lam = lam\n"),
        TRAINER.replace("self.lam = lam\n", "self.lam = self.first = lam\n        self.lam = 2 * lam\n"),
        f"{TRAINER}\n    def anneal(self):\n        self.lam *= 0.5\n",
        f"{TRAINER}\ntrainer = Trainer(model, 0.1)\ntrainer.lam = 0.2\n",
    ],
)
def test_an_attribute_that_may_be_something_else_then_is_no_factor(other: str) -> None:
    (found,) = lint(Source.of_text(other), only(RULE))
    assert found.fix is None
