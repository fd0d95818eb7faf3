"""Where a text takes norms and squares: every way of writing one is seen, and what only looks like one is not."""

import pytest

from adamw_lint.read.norms import norms


@pytest.mark.parametrize(
    "text",
    [
        "p.norm()",
        "torch.norm(p)",
        "p.pow(2)",
        "p ** 2",
        "p**2.0",
        "f(p) ** 2",
        "p[0] ** k",
        "(p\n    ** 2)",
        "p \\\n ** 2",
        "p * p",
        "p*p",
        "a.b @ a.b",
        "tf.nn.l2_loss(w)",
        "mse_loss(w, torch.zeros(2))",
    ],
)
def test_a_norm_is_seen(text: str) -> None:
    assert list(norms(text))


@pytest.mark.parametrize(
    "text",
    [
        "f(**kwargs)",
        "f(\n    **kwargs,\n)",
        "def f(x, **given): ...",
        "{**a, **b}",
        "p ** 3",
        "2**20",
        "p * q",
        "p * pq",
        "xp * p",
        "p.q * q",
        "normalise(p)",
        "layer_norm(p)",
        "x *= x_2",
    ],
)
def test_what_only_looks_like_a_norm_is_passed_over(text: str) -> None:
    assert not list(norms(text))


def test_places_are_those_of_the_text() -> None:
    text = "loss + 1e-4 * p.norm() ** 2"
    found = {text[each.start : each.end] for each in norms(text)}
    assert found == {"norm(", "**"}
