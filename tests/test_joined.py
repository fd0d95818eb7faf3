"""Findings where a file hardly says what it is about, or a function that decides stands some calls from one that does.

Whoever leaves out what says no word of our subject, so that less is parsed, loses one of these.
"""

from pathlib import Path
from textwrap import dedent

import pytest

from adamw_lint.checks import CHECKS
from adamw_lint.engine import lint
from adamw_lint.read.prefilter import may_concern
from adamw_lint.read.source import Source
from adamw_lint.settings import Settings

BUILDER = """
from torch.optim import Adam
import tensorflow as tf


def make(params):
    return Adam(params, lr=1e-3)


def keras_made():
    return tf.keras.optimizers.Adam(1e-3)
"""

PROGRAMS = {
    "moments that a method of its own takes": (
        "coupled-step",
        """
        class Moments:
            def pulled(self, p, g):
                return g + self.wd * p

            def averaged(self, g):
                self.m = self.beta1 * self.m + (1 - self.beta1) * g
                self.v = self.beta2 * self.v + (1 - self.beta2) * g * g

            def step(self, p, g):
                self.averaged(self.pulled(p, g))
                return p - self.lr * self.m / (self.v ** 0.5 + 1e-8)
        """,
    ),
    "a decay in capitals": (
        "coupled-step",
        """
        WEIGHT_DECAY = 1e-2

        def update(p, g, m, v, beta1=0.9, beta2=0.999):
            g = g + WEIGHT_DECAY * p
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            return p - 1e-3 * m / (v ** 0.5 + 1e-8), m, v
        """,
    ),
    "moments whose shares are written without a nought": (
        "coupled-step",
        """
        import numpy as np

        class Moments:
            def __init__(self, w, lr, lam):
                self.w, self.lr, self.lam, self.m, self.s = w, lr, lam, np.zeros_like(w), np.zeros_like(w)

            def step(self, g):
                g = g + self.lam * self.w
                self.m = .9 * self.m + .1 * g
                self.s = .999 * self.s + .001 * g * g
                self.w -= self.lr * self.m / (np.sqrt(self.s) + 1e-8)
        """,
    ),
    "layers that a function of a function builds": (
        "l2-in-loss",
        """
        from keras import Input, Model, layers, regularizers
        from builder import keras_made

        def conv(x, n):
            return layers.Conv2D(n, 3, padding="same", kernel_regularizer=regularizers.l2(1e-4))(x)

        def block(x, n):
            return layers.add([x, conv(layers.ReLU()(conv(x, n)), n)])

        def resnet():
            x = inputs = Input((32, 32, 16))
            for _ in range(3):
                x = block(x, 16)
            return Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))

        model = resnet()
        model.compile(keras_made(), "mse")
        model.fit(xs, ys)
        """,
    ),
    "an addend in a function that is called at the top": (
        "l2-in-loss",
        """
        import torch
        import torch.nn.functional as F
        from builder import make

        fc = torch.nn.Linear(10, 2)

        def objective(x, y):
            return F.cross_entropy(fc(x), y) + 1e-4 * fc.weight.pow(2).sum()

        optimizer = make(fc.parameters())
        for x, y in loader:
            optimizer.zero_grad()
            objective(x, y).backward()
            optimizer.step()
        """,
    ),
    "a size that one function takes of another": (
        "l2-in-loss",
        """
        import torch
        import torch.nn.functional as F
        from builder import make

        fc = torch.nn.Linear(10, 2)

        def size():
            return fc.weight.pow(2).sum()

        def objective(x, y):
            return F.cross_entropy(fc(x), y) + 1e-4 * size()

        def train(loader):
            optimizer = make(fc.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                objective(x, y).backward()
                optimizer.step()
        """,
    ),
}


@pytest.mark.parametrize(("rule", "code"), PROGRAMS.values(), ids=PROGRAMS)
def test_it_is_found_however_far_from_the_words_it_stands(rule: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "builder.py").write_text(BUILDER)
    source = Source.of_text(dedent(code), str(tmp_path / "train.py"))
    assert may_concern(source.text.encode())
    assert [each.rule for each in lint(source, Settings(frozenset(CHECKS)))] == [rule]
