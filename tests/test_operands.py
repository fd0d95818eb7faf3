"""What a power, a square or zeros in a text are of, as far as the words beside them tell."""

import pytest

from adamw_lint.read.operands import is_entry, is_normalised, is_number, is_other_power

OPERATOR = "**"


@pytest.mark.parametrize(
    "text",
    [
        "2 ** 2",
        "1.5**2",
        "config.patch_size**2",
        "self.heads ** 2",
        "(a - b) ** 2",
        "x[(i + 1) ** 2]",
        "f(x).size ** 2",
    ],
)
def test_what_is_no_parameter_is_a_number(text: str) -> None:
    assert is_number(text, text.index(OPERATOR))


@pytest.mark.parametrize(
    "text",
    [
        "p ** 2",
        "layer.weight ** 2",
        "self.bias**2",
        "net.parameters ** 2",
        "f(a - b) ** 2",
        "(p) ** 2",
        "(p if a - b else q) ** 2",
        "(f(a) - b) ** 2",
        "x[0] ** 2",
        "self.alpha = nn.Parameter(a)\nself.alpha ** 2",
    ],
)
def test_what_may_be_one_is_not(text: str) -> None:
    assert not is_number(text, text.rindex(OPERATOR))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p.pow(2)", False),
        ("p.pow(2.0)", False),
        ("torch.pow(p, 2)", False),
        ("p.pow(order)", False),
        ("torch.pow(f(p), 3)", False),
        ("p.pow(3)", True),
        ("p.pow(-0.5)", True),
        ("torch.pow(p, 0.25)", True),
        ("math.pow(p, 2)", True),
    ],
)
def test_powers_of_another_order_are_told(text: str, expected: bool) -> None:
    start = text.index("pow(")
    assert is_other_power(text, start, start + 4, "pow") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.pow(2).mean(-1, keepdim=True)", True),
        ("x.pow(2).mean(dim=-1, keepdim=True)", True),
        ("x.pow(2).mean()", False),
        ("x.pow(2).sum(-1, keepdim=True)", False),
        ("x.pow(2).mean(-1)", False),
    ],
)
def test_a_variance_along_the_last_axis_is_told(text: str, expected: bool) -> None:
    assert is_normalised(text, text.index("(") + 1) is expected


def test_zeros_that_a_text_names_are_told() -> None:
    assert is_entry('register_buffer("mean", torch.zeros(8))', 29)
    assert not is_entry("mse_loss(weight, torch.zeros(8))", 23)
