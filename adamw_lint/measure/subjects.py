"""Optimizers that the user names: imported, recognised by what they are, built and measured."""

import ast
import inspect
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np

from adamw_lint.errors import LintError
from adamw_lint.measure.protocol import SCALES, Measurement, Trial, measure, shrink
from adamw_lint.rulebook import Coupling, Family, optimizers_by_path, words


@dataclass(frozen=True, slots=True)
class Measured:
    """One optimizer as it was measured; `curve` pairs |g| with the decay of a weight of 1 in one step, over ηλ.

    `is_plain` says that the optimizer is gradient descent, adaptive in nothing.
    """

    name: str
    rate: float
    decay: float
    result: Measurement
    curve: tuple[tuple[float, float], ...] = field(repr=False)
    stated: Coupling | None = None
    is_plain: bool = False

    @property
    def verdict(self) -> str:
        """What the numbers mean, in a word or three."""
        is_flat = self.result.coupling is Coupling.COUPLED and abs(self.result.exponent) < 0.02
        return "coupled, harmless" if is_flat else self.result.coupling.value

    @property
    def agreement(self) -> str:
        """What the catalogue says of the optimizer."""
        if self.stated is None:
            return "unknown"
        if self.stated is Coupling.COUPLED and self.result.coupling is Coupling.DECOUPLED and self.is_plain:
            return "agrees"  # without memory the two are one and the same update
        return "agrees" if self.stated is self.result.coupling else f"says {self.stated.value}"

    def as_dict(self) -> dict[str, Any]:
        """The numbers for JSON, which knows no NaN."""
        result = self.result
        return {
            "name": self.name,
            "lr": self.rate,
            "decay": self.decay,
            "exponent": _number(result.exponent),
            "level": _number(result.level),
            "rate_exponent": _number(result.rate_exponent),
            "echo": _number(result.echo),
            "horizon": 1 / (self.rate * self.decay),
            "verdict": self.verdict,
            "catalogue": self.stated.value if self.stated is not None else None,
        }


def measured(spelled: str, rate: float, decay: float, decay_argument: str | None = None) -> Measured:
    """Import and measure the optimizer that `spelled` names; raises LintError with the reason where that fails."""
    name, settings = _parsed(spelled)
    subject = _imported(name)
    fact = optimizers_by_path().get(name.replace(":", "."))
    stated = fact.coupling if fact is not None else None
    if fact is not None and fact.switch in settings:
        stated = Coupling.DECOUPLED if settings[fact.switch] else Coupling.COUPLED
    argument = decay_argument or _argument(subject, spelled)
    try:
        trial = _trial(subject, spelled, settings, argument)
        with np.errstate(all="ignore"):  # what becomes of infinities is looked at below
            result = measure(trial, rate, decay)
            curve = tuple((scale * decay, shrink(trial, rate, decay, scale) / (rate * decay)) for scale in SCALES)
    except LintError:
        raise
    except (Exception, SystemExit) as error:  # whatever it is, it is a line, and the others still run
        raise LintError(f"cannot be run: {type(error).__name__}: {error}".split("\n")[0], spelled) from error
    if not all(math.isfinite(value) for _, value in curve):
        raise LintError(f"diverges at lr={rate:g}: measure it with a smaller --lr", spelled)
    return Measured(spelled, rate, decay, result, curve, stated, fact is not None and fact.family is Family.SGD)


def _parsed(spelled: str) -> tuple[str, dict[str, Any]]:
    """The path of `path(keyword=literal, …)` and its settings."""
    head, _, rest = spelled.partition("(")
    if not rest:
        return head, {}
    try:
        call = ast.parse(f"f({rest}", mode="eval").body
        assert isinstance(call, ast.Call)
        assert not call.args
        return head, {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    except (SyntaxError, ValueError, AssertionError) as error:
        raise LintError(
            "settings are written as in `module.Class(nesterov=True)`, plain values only", spelled
        ) from error


def _imported(name: str) -> Any:
    module, _, attribute = name.rpartition(":") if ":" in name else name.rpartition(".")
    if not module:
        raise LintError("write the module too, as in `mylab.optim:MyClass`", name)
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # importing runs code of the user's, as a script that reads its options
        raise LintError(f"cannot be imported: {type(error).__name__}: {error}".split("\n")[0], name) from error
    return found


def _signature(subject: Any, spelled: str) -> list[str]:
    try:
        return list(inspect.signature(subject).parameters)
    except (TypeError, ValueError) as error:
        raise LintError("is no class or function that builds an optimizer", spelled) from error


def _argument(subject: Any, spelled: str) -> str | None:
    names = _signature(subject, spelled)
    return next((name for name in (*words("keys")["decays"], "lamb_weight_decay") if name in names), None)


def _trial(subject: Any, spelled: str, settings: dict[str, Any], argument: str | None) -> Trial:
    names = _signature(subject, spelled)
    rate_argument = next((name for name in words("updates")["rates"] if name in names), None)
    if rate_argument is None:
        raise LintError("has no learning rate: none of its arguments is called `lr` or `learning_rate`", spelled)

    def build(rate: float, decay: float, **parameters: Any) -> Any:
        decays = {argument: decay} if argument is not None else {}
        return subject(**{rate_argument: rate, **decays, **settings, **parameters})

    return _runner(subject, spelled, build)


def _runner(subject: Any, spelled: str, build: Callable[..., Any]) -> Trial:
    """The trial of the framework that an object belongs to, by what it is."""
    if _derives(subject, "torch", "optim", "Optimizer"):
        with_torch = import_module("adamw_lint.measure.with_torch")
        return _of(with_torch.torch_trial(lambda parameter, *given: build(*given, params=[parameter])))
    if _derives(subject, "keras", "optimizers", "Optimizer"):
        return _of(import_module("adamw_lint.measure.with_keras").keras_trial(build))
    if _derives(subject, "paddle", "optimizer", "Optimizer"):
        with_paddle = import_module("adamw_lint.measure.with_paddle")
        return _of(with_paddle.paddle_trial(lambda parameter, *given: build(*given, parameters=[parameter])))
    made = build(1e-3, 1e-2)
    if callable(getattr(made, "init", None)) and callable(getattr(made, "update", None)):
        return _of(import_module("adamw_lint.measure.with_optax").optax_trial(build))
    raise LintError("is no optimizer of torch, Keras, Paddle or optax", spelled)


def _of(trial: Any) -> Trial:
    found: Trial = trial
    return found


def _derives(subject: Any, library: str, *path: str) -> bool:
    """Whether an object is a class below one of a library that the user's import has brought in."""
    base: Any = sys.modules.get(library)
    for name in path:
        base = getattr(base, name, None)
    return inspect.isclass(subject) and inspect.isclass(base) and issubclass(subject, base)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
