"""A fix may not use a name that nothing binds, nor use it above the line that binds it."""

import pytest

from adamw_lint.fixes.bound import newly_unbound

OLD = "import torch\nmodel = torch.nn.Linear(1, 1)\nopt = torch.optim.Adam(model.parameters())\n"


@pytest.mark.parametrize(
    ("new", "name"),
    [
        (OLD.replace("torch.optim.Adam(", "AdamW("), "AdamW"),
        (OLD.replace("opt =", "import math\nopt =").replace("model.p", "math.model.p"), None),
        ("decay = rate\nrate = 1\n" + OLD, "rate"),
        (OLD.replace("model.parameters()", "[p for p in model.parameters() if p.ndim > 1]"), None),
        (OLD.replace("model.parameters()", "[p for p in model.parameters() if q.ndim > 1]"), "q"),
        (OLD.replace("model.parameters()", "[p for p in model.parameters()] + [p]"), "p"),
        (OLD.replace("model.parameters()", "list(map(lambda p: p.data, model.parameters()))"), None),
        ("def f():\n    return AdamW(model)\n\n\n" + OLD + "from torch.optim import AdamW\n", None),
        ("def f():\n    return AdamW(model)\n\n\n" + OLD, "AdamW"),
        ("def f():\n    opt = AdamW(1)\n    from torch.optim import AdamW\n\n\n" + OLD, "AdamW"),
        ("def f(a, b=rate):\n    return a\n\n\nrate = 1\n" + OLD, "rate"),
        ("def f(rate):\n    use(rate)\n    rate = 1\n\n\ndef use(x): ...\n\n\n" + OLD, None),
        ("class A:\n    wd = rate\n    rate = 1\n\n\n" + OLD, "rate"),
        ("def f():\n    global rate\n    rate = 1\n\n\nprint(rate)\n" + OLD, None),
        ("from torch.optim import *\nopt = AdamW(1)\n" + OLD, None),
        ("try:\n    pass\nexcept OSError as error:\n    print(error)\n" + OLD, None),
        ("print(__file__, __name__, len)\n" + OLD, None),
    ],
)
def test_a_name_that_is_not_bound_where_it_is_used(new: str, name: str | None) -> None:
    assert newly_unbound(OLD, new) == name


def test_what_was_unbound_before_is_not_the_fault_of_a_fix() -> None:
    assert newly_unbound("opt = Adam(model)\n", "opt = Adam(model, lr=1)\n") is None
    assert newly_unbound("opt = Adam(model)\n", "opt = AdamW(model)\n") == "AdamW"


def test_a_text_that_python_cannot_read_is_not_judged() -> None:
    assert newly_unbound("print 1\n", "print 1, x\n") is None
    assert newly_unbound(OLD, OLD + "f(\n") is None
