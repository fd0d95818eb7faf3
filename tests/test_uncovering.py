"""What a fix brings to light is reported, and is no reason to drop the fix."""

import pytest
from pages import only

from adamw_lint.engine import fix
from adamw_lint.read.source import Source


@pytest.mark.parametrize(
    ("code", "rules", "left"),
    [
        ("torch.optim.AdamW(model.parameters(), lr=1e-9)", ("default-decay", "vanishing-decay"), ["vanishing-decay"]),
        ("torch.optim.AdamW(model.parameters(), lr=1e-9)", ("default-decay", "decayed-norms", "vanishing-decay"), None),
        ("optax.adamw(1e-3)", ("decayed-norms", "default-decay"), ["decayed-norms"]),
        ("torch.optim.Adam(w, lr=1e-9, weight_decay=1e-2)", ("coupled-decay", "vanishing-decay"), ["vanishing-decay"]),
    ],
)
def test_what_comes_up_is_told(code: str, rules: tuple[str, ...], left: list[str] | None) -> None:
    done = fix(Source.of_text(f"import optax, torch\n\noptimizer = {code}\n", "train.py"), only(*rules), unsafe=True)
    assert done.dropped == ()
    assert done.applied
    found = [each.rule for each in done.remaining]
    assert found == left if left is not None else set(found) <= {"vanishing-decay"}


def test_what_moves_with_an_optimizer_is_told_where_it_is_now() -> None:
    code = "import keras\n\nmodel = keras.Sequential([keras.layers.Dense(1)])\n"
    code += "model.compile(optimizer=keras.optimizers.AdamW(1e-9), loss='mse')\n"
    rules = only("decayed-norms", "default-decay", "vanishing-decay")
    done = fix(Source.of_text(code, "train.py"), rules, unsafe=True)
    assert done.dropped == ()
    assert {each.diagnostic.rule for each in done.applied} == {"decayed-norms", "default-decay"}
    assert [each.rule for each in done.remaining] == ["vanishing-decay"]
    assert fix(done.source, rules, unsafe=True).source == done.source


@pytest.mark.parametrize(
    "line", ["p.grad.add_(p, alpha=0.1)", "p.grad += 0.1 * p.data", "p.grad = p.grad + 0.1 * p.detach()"]
)
def test_norms_are_spared_from_the_decay_that_takes_the_place_of_one_in_the_gradient(line: str) -> None:
    """Were both fixed at once, the groups would hold the old decay and the constructor, in vain, the new one."""
    text = f"""\
import torch

optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
for x, y in batches:
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    for p in model.parameters():
        {line}
    optimizer.step()
"""
    done = fix(Source.of_text(text, "train.py"), only("decay-in-gradient", "decayed-norms"), unsafe=True)
    assert [each.diagnostic.rule for each in done.applied] == ["decay-in-gradient", "decayed-norms"]
    assert "lr=0.05, weight_decay=0.11)" in done.source.text
    assert "0.01" not in done.source.text
