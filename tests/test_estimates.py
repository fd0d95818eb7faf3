"""Evolution strategies and their kin: a decay in the gradient that is handed to an Adam of the program's own."""

import textwrap
from pathlib import Path

import numpy as np
import pytest

from adamw_lint.engine import lint, read
from adamw_lint.measure import coupling_exponent
from adamw_lint.settings import Settings, load

RULE = "decay-in-gradient"

OPTIMIZERS = """
import numpy as np


class Stepper:
    def __init__(self, theta, rate):
        self.theta, self.rate, self.t = theta, rate, 0

    def update(self, gradient):
        self.t += 1
        self.theta = self.theta + self.direction(gradient)
        return self.theta

    def direction(self, gradient):
        raise NotImplementedError


class Descent(Stepper):
    def direction(self, gradient):
        return -self.rate * gradient


class Moments(Stepper):
    def __init__(self, theta, rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        super().__init__(theta, rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)

    def direction(self, gradient):
        self.m = self.beta1 * self.m + (1 - self.beta1) * gradient
        self.v = self.beta2 * self.v + (1 - self.beta2) * (gradient * gradient)
        scale = np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
        return -self.rate * scale * self.m / (np.sqrt(self.v) + self.epsilon)
"""

FOUND = {
    "built by its name": """
        optimizer = Moments(theta, 1e-2)
        for _ in range(100):
            theta = optimizer.update(-estimate(theta) + l2_coeff * theta)  # here
        """,
    "one of a dict of classes": """
        optimizer = {"descent": Descent, "moments": Moments}[settings["kind"]](theta, **settings["arguments"])
        while True:
            theta = optimizer.update(settings["l2coeff"] * theta - estimate(theta))  # here
        """,
    "kept in a dict of optimizers": """
        optimizers = {}
        for name in names:
            optimizers[name] = Moments(theta, 1e-2)
        optimizer = optimizers[pick(names)]
        theta = optimizer.update(-estimate(theta) + cfg.weight_decay * theta)  # here
        """,
    "an attribute of the object that trains": """
        class Trainer:
            def __init__(self, theta):
                self.theta = theta
                self.optimizer = Moments(theta, 1e-2)

            def turn(self, g):
                self.theta = self.optimizer.update(-g + self.l2_coeff * self.theta)  # here
        """,
    "an attribute of another object": """
        class State:
            def __init__(self, theta):
                self.theta, self.optimizer = theta, None
                self.optimizer = Moments(theta, 1e-2)

        def turn(g):
            state = State(start)
            state.theta = state.optimizer.update(-g + decay * state.theta)  # here
        """,
    "handed on by a method of an annotated object": """
        class Policy:
            def __init__(self, params, optim: Stepper):
                self.params, self.optim = params, optim

            def optim_step(self, gradient):
                self.params = self.optim.update(gradient)

        def turn(policy: Policy, params, grad, l2):
            policy.optim_step(l2 * params - grad)  # here

        turn(Policy(start, Moments(start, 1e-2)), start, g, 1e-3)
        """,
    "by a keyword": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(gradient=-g + l2 * theta)  # here
        """,
    "one of two by a condition": """
        optimizer = Moments(theta, 1e-2) if adaptive else Descent(theta, 1e-2)
        theta = optimizer.update(-g + l2 * theta)  # here
        """,
}

SILENT = {
    "no moments": """
        optimizer = Descent(theta, 1e-2)
        theta = optimizer.update(-g + l2 * theta)
        """,
    "an object that is not in sight": """
        theta = optimizer.update(-g + l2 * theta)
        """,
    "no decay": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-g)
        """,
    "a pull to where the last generation stood": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(l2 * theta - l2 * anchor)
        """,
    "a difference as a whole": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-g + l2 * (theta - anchor))
        """,
    "a decay of zero": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-g + 0.0 * theta)
        """,
    "a step beside the decay": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-g) - rate * l2 * theta
        """,
    "a method that takes no moments of it": """
        class Logged(Moments):
            def note(self, values):
                print(values)

        optimizer = Logged(theta, 1e-2)
        optimizer.note(-g + l2 * theta)
        """,
    "another argument than the gradient": """
        class Watched(Moments):
            def watch(self, gradient, values):
                print(values)
                return self.update(gradient)

        optimizer = Watched(theta, 1e-2)
        optimizer.watch(-g, -g + l2 * theta)
        """,
    "an annotation of a base whose other kind is the one that is built": """
        def turn(optimizer: Stepper, theta, g, l2):
            return optimizer.update(-g + l2 * theta)

        turn(Descent(start, 1e-2), start, g, 1e-3)
        """,
    "a function that is no method": """
        optimizer = Moments(theta, 1e-2)
        theta = update(-g + l2 * theta)
        """,
    "noise, not weights": """
        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-g + noise_std * noise)
        """,
}


def marked(code: str) -> list[int]:
    return [number for number, line in enumerate(code.split("\n"), 1) if line.endswith("# here")]


def found_in(folder: Path, text: str) -> list[tuple[str, int]]:
    (folder / "pyproject.toml").write_text("")
    (folder / "train.py").write_text(text)
    sources = read(str(folder / "train.py"), Settings(frozenset()))
    found = [(source, each) for source in sources for each in lint(source, load(folder, {}))]
    assert all(each.fix is None for _, each in found)
    return [(each.rule, source.position(each.span.start)[0]) for source, each in found]


@pytest.mark.parametrize("code", [*FOUND.values(), *SILENT.values()], ids=[*FOUND, *SILENT])
def test_in_one_file(code: str, tmp_path: Path) -> None:
    text = OPTIMIZERS + textwrap.dedent(code)
    assert found_in(tmp_path, text) == [(RULE, line) for line in marked(text)]


@pytest.mark.parametrize("code", [*FOUND.values(), *SILENT.values()], ids=[*FOUND, *SILENT])
def test_in_two_files(code: str, tmp_path: Path) -> None:
    (tmp_path / "steppers.py").write_text(OPTIMIZERS)
    text = "from steppers import Descent, Moments, Stepper\n" + textwrap.dedent(code)
    assert found_in(tmp_path, text) == [(RULE, line) for line in marked(text)]


def test_the_decay_is_divided_by_the_gradient_there() -> None:
    """What the finding says, measured on the optimizer above: κ = −1 in the gradient, 0 beside the step."""
    space: dict[str, type] = {}
    exec(OPTIMIZERS, space)

    def trial(rate: float, decay: float, weights: np.ndarray, gradients: np.ndarray) -> np.ndarray:
        optimizer = space["Moments"](weights[0], rate)
        updates = []
        for weight, gradient in zip(weights, gradients, strict=True):
            optimizer.theta = weight
            updates.append(optimizer.update(gradient + inside * decay * weight) - weight)
            updates[-1] -= (1 - inside) * rate * decay * weight
        return np.stack(updates)

    inside = 1
    assert coupling_exponent(trial) == pytest.approx(-1, abs=0.02)
    inside = 0
    assert coupling_exponent(trial) == pytest.approx(0, abs=0.02)
