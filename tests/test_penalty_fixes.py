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
