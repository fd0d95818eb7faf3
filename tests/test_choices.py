"""What becomes of optimizers that are chosen among several, wrapped, or switched: the fix, or why there is none."""

from __future__ import annotations

from textwrap import dedent

import pytest
from pages import only, rewritten

from adamw_lint.engine import lint
from adamw_lint.read.source import Source

FIXED = {
    "the one branch that is coupled": (
        """
        import torch

        def build(model):
            if model.is_fast:
                cls = torch.optim.Adam
            else:
                cls = torch.optim.AdamW
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        """,
        ("torch.optim.Adam\n", "torch.optim.AdamW\n"),
    ),
    "the branch that an import falls back on": (
        """
        import torch

        def build(model):
            try:
                import bitsandbytes as bnb
                cls = bnb.optim.AdamW8bit
            except ImportError:
                cls = torch.optim.Adam
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        """,
        ("torch.optim.Adam\n", "torch.optim.AdamW\n"),
    ),
    "a class that is wrapped": (
        """
        import torch
        from torch.distributed.optim import ZeroRedundancyOptimizer

        opt = ZeroRedundancyOptimizer(model.weights, optimizer_class=torch.optim.Adam, lr=1e-3, weight_decay=0.1)
        """,
        ("torch.optim.Adam,", "torch.optim.AdamW,"),
    ),
    "a class that is wrapped, and decays by its groups": (
        """
        import torch
        from torch.distributed.optim import ZeroRedundancyOptimizer

        opt = ZeroRedundancyOptimizer([{"params": model.weights, "weight_decay": 0.1}], torch.optim.Adam, lr=1e-3)
        """,
        ("torch.optim.Adam, lr=1e-3", "torch.optim.AdamW, lr=1e-3, weight_decay=0"),
    ),
    "a switch that was set off": (
        """
        from apex.optimizers import FusedAdam

        opt = FusedAdam(model.weights, adam_w_mode=False, weight_decay=0.1)
        """,
        ("adam_w_mode=False", "adam_w_mode=True"),
    ),
    "parameters of a choice of what decouples": (
        """
        import torch
        import bitsandbytes as bnb

        cls = bnb.optim.AdamW8bit if args.eight else torch.optim.AdamW
        opt = cls(model.parameters(), lr=1e-3, weight_decay=0.1)
        """,
        (
            "(model.parameters(), ",
            '([\n    {"params": [p for p in model.parameters() if p.ndim >= 2]},\n'
            '    {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0.0},\n], ',
        ),
    ),
}

BY_HAND = {
    "two that are coupled": (
        """
        import torch
        def build(model):
            if model.is_fast:
                cls = torch.optim.Adam
            else:
                cls = torch.optim.NAdam
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        """,
        "the same call may build another coupled optimizer",
    ),
    "a choice with what we do not know": (
        """
        import torch
        if args.fast:
            cls = torch.optim.AdamW
        else:
            cls = args.cls
        opt = cls(model.parameters(), lr=1e-3, weight_decay=0.1)
        """,
        "the same call may build another optimizer",
    ),
    "a choice of defaults": (
        """
        import torch
        import bitsandbytes as bnb
        cls = bnb.optim.AdamW8bit if args.eight else torch.optim.AdamW
        opt = cls(model.parameters(), lr=1e-3)
        """,
        "the same call may build another optimizer",
    ),
    "a class that a caller may give another for": (
        """
        import torch
        def build(model, cls=torch.optim.NAdam):
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        """,
        "the same call may build an optimizer without `decoupled_weight_decay`",
    ),
    "the name of a class that a caller may give another for": (
        """
        import torch
        def build(model, name="NAdam"):
            return getattr(torch.optim, name)(model.weights, lr=1e-3, weight_decay=0.1)
        """,
        "the same call may build an optimizer without `decoupled_weight_decay`",
    ),
    "the name of a class that a caller may give another for, which has a replacement": (
        """
        from torch import optim
        class Trainer:
            def __init__(self, model, optimizer="Adam", wd=0.0):
                build = getattr(optim, optimizer)
                self.optimizer = build(model.weights, lr=1e-3, weight_decay=wd)
        """,
        "the class is chosen elsewhere",
    ),
    "the name of a class that a user may give another for": (
        """
        import argparse
        import torch
        parser = argparse.ArgumentParser()
        parser.add_argument("-o", "--optimizer-name", default="Adam", type=str)
        parser.add_argument("--wd", default=0.0, type=float)
        args = parser.parse_args()
        opt = getattr(torch.optim, args.optimizer_name)(model.weights, lr=1e-3, weight_decay=args.wd)
        """,
        "the class is chosen elsewhere",
    ),
    "the name of a class in the dict of a module": (
        """
        import torch
        def parsed(parser):
            parser.add_argument("--name", dest="optimizer", default="AdamW")
            return parser.parse_args()
        def build(model, args):
            return torch.optim.__dict__[args.optimizer](model.parameters(), lr=1e-3, weight_decay=0.1)
        """,
        "the same call may build another optimizer, whose decay would change too",
    ),
    "Keras: a class that a caller may give another for": (
        """
        import keras
        def build(model, cls=keras.optimizers.AdamW):
            optimizer = cls(1e-3, weight_decay=0.1)
            model.compile(optimizer=optimizer, loss="mse")
        """,
        "the same call may build another optimizer",
    ),
    "optax: a class that a caller may give another for": (
        "import jax\nimport optax\ndef build(cls=optax.adamw):\n    return cls(1e-3, weight_decay=0.1)\n",
        "the same call may build another optimizer",
    ),
    "what a wrapper builds when nothing is handed over": (
        "import mup\nopt = mup.MuAdam(model.weights, lr=1e-3, weight_decay=0.1)\n",
        "the class is chosen elsewhere",
    ),
    "what the options are given": (
        """
        import torch

        class Trainer:
            def __init__(self, opt):
                self.opt = opt

            def run(self, model):
                optimizer = self.opt.optimizer(model.weights, lr=self.opt.lr, weight_decay=self.opt.l2)

        def main(opt):
            optimizers = {"adam": torch.optim.Adam, "adagrad": torch.optim.Adagrad}
            opt.optimizer = optimizers[opt.optimizer]
            Trainer(opt).run(Net())
        """,
        "the class is chosen elsewhere",
    ),
}
NOT_KNOWN = {
    "options that are given two": (
        "import torch\nif fast:\n    opt.cls = torch.optim.Adam\nelse:\n    opt.cls = own.Adam\n"
        "optimizer = opt.cls(model.weights, weight_decay=0.1)\n"
    ),
    "other options": (
        "import torch\nopt.cls = torch.optim.Adam\noptimizer = cfg.cls(model.weights, weight_decay=0.1)\n"
    ),
    "another attribute": (
        "import torch\nopt.first = torch.optim.Adam\noptimizer = opt.second(model.weights, weight_decay=0.1)\n"
    ),
    "what options make": (
        "import torch\nopt.cls = torch.optim.Adam(model.weights)\noptimizer = opt.cls(closure, weight_decay=0.1)\n"
    ),
}


NOT_KNOWN = {
    "an option without a default": 'parser.add_argument("--optimizer")',
    "an option of another class": 'parser.add_argument("--optimizer", default="SGD")',
    "an option that is there twice": (
        'parser.add_argument("--optimizer", default="Adam")\nother.add_argument("--optimizer", default="SGD")'
    ),
    "an option of another name": 'parser.add_argument("--optimizer_name", default="Adam")',
    "a default that is computed": 'parser.add_argument("--optimizer", default=names[0])',
}


@pytest.mark.parametrize("way", NOT_KNOWN)
def test_a_class_that_only_its_user_names_is_not_known(way: str) -> None:
    built = "opt = getattr(torch.optim, args.optimizer)(model.parameters(), weight_decay=0.1)"
    text = f"import torch\n{NOT_KNOWN[way]}\nargs = parser.parse_args()\n{built}\n"
    assert lint(Source.of_text(text), only("coupled-decay", "decayed-norms")) == []


@pytest.mark.parametrize("way", FIXED)
def test_just_the_class_that_is_coupled_is_rewritten(way: str) -> None:
    code, (old, new) = FIXED[way]
    code = dedent(code).lstrip("\n")
    assert code.count(old) == 1
    assert rewritten(code, "coupled-decay", "decayed-norms") == code.replace(old, new)


@pytest.mark.parametrize("way", BY_HAND)
def test_what_other_classes_would_suffer_from_is_left_to_people(way: str) -> None:
    code, reason = BY_HAND[way]
    (found,) = lint(Source.of_text(dedent(code).lstrip("\n")), only("coupled-decay", "decayed-norms"))
    assert found.fix is None
    assert reason in found.help


@pytest.mark.parametrize("way", NOT_KNOWN)
def test_a_class_that_options_may_not_hold_is_not_assumed(way: str) -> None:
    assert not list(lint(Source.of_text(NOT_KNOWN[way]), only("coupled-decay", "decayed-norms")))
