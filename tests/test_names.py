"""All the ways in which an optimizer's name and its decay arrive, and the near misses that must be silent."""

from __future__ import annotations

from textwrap import dedent

import pytest
from pages import only

from adamw_lint.engine import lint
from adamw_lint.read.source import Source


def lines(rule: str, code: str) -> list[int]:
    """The lines (from 1) that one rule reports."""
    source = Source.of_text(dedent(code).lstrip("\n"))
    return [source.position(found.span.start)[0] for found in lint(source, only(rule))]


REPORTED = {
    "import torch": "import torch\ntorch.optim.Adam(p, weight_decay=1)",
    "import a submodule": "import torch.optim\ntorch.optim.Adam(p, weight_decay=1)",
    "import as": "import torch.optim as optim\noptim.Adam(p, weight_decay=1)",
    "from torch import": "from torch import optim\noptim.Adam(p, weight_decay=1)",
    "from torch import as": "from torch import optim as O\nO.Adam(p, weight_decay=1)",
    "import torch as": "import torch as t\nt.optim.Adam(p, weight_decay=1)",
    "the class with an alias": "from torch.optim import Adam as A\nA(p, weight_decay=1)",
    "the private module": "from torch.optim.adam import Adam\nAdam(p, weight_decay=1)",
    "star import": "from torch.optim import *\nAdam(p, weight_decay=1)",
    "star import after another": "from lab import *\nfrom torch.optim import *\nAdam(p, weight_decay=1)",
    "a star after an explicit import": "from torch.optim import Adam\nfrom lab import *\nAdam(p, weight_decay=1)",
    "import in a function": "def f(p):\n    from torch.optim import Adam\n    Adam(p, weight_decay=1)",
    "import by a function that gives back two": """
        def lazily():
            import torch
            from torch import nn
            return torch, nn
        def f(p):
            torch, nn = lazily()
            torch.optim.Adam(p, weight_decay=1)
    """,
    "import after the function": "def f(p):\n    Adam(p, weight_decay=1)\nfrom torch.optim import Adam",
    "try and except that agree": """
        try:
            from torch.optim import Adam
        except ImportError:
            from torch.optim import Adam
        Adam(p, weight_decay=1)
    """,
    "two paths to the same class": """
        if fast:
            from torch.optim import Adam
        else:
            from torch.optim.adam import Adam
        Adam(p, weight_decay=1)
    """,
    "try and except with None": """
        try:
            from torch.optim import Adam
        except ImportError:
            Adam = None
        Adam(p, weight_decay=1)
    """,
    "the last binding wins": "from lab import Adam\nfrom torch.optim import Adam\nAdam(p, weight_decay=1)",
    "rebound later": "from torch.optim import Adam\nAdam(p, weight_decay=1)\nAdam = None",
    "a module in a name": "import torch\no = torch.optim\no.Adam(p, weight_decay=1)",
    "an attribute of the class": """
        import torch
        class Trainer:
            optimizer = torch.optim.Adam
            def fit(self, p):
                return self.optimizer(p, weight_decay=1)
    """,
    "an attribute of self": """
        import torch
        class Trainer:
            def __init__(self, wd):
                self.wd = wd
                self.cls = torch.optim.Adam
            def fit(self, p):
                return self.cls(p, weight_decay=self.wd)
    """,
    "a default argument and a dict of arguments": """
        import torch
        def fit(p, cls=torch.optim.Adam, settings={"lr": 1, "weight_decay": 1e-5}):
            return cls(p, **settings)
    """,
    "a dict of classes": """
        from torch.optim import SGD, Adam
        def fit(p, name):
            return {"sgd": SGD, "adam": Adam}[name](p, lr=1, weight_decay=1)
    """,
    "a dict of classes by key": """
        from torch.optim import SGD, Adam
        classes = dict(sgd=SGD, adam=Adam)
        classes["adam"](p, lr=1, weight_decay=1)
    """,
    "a dict of lambdas": """
        import torch
        table = {"adam": lambda p: torch.optim.Adam(p, weight_decay=1e-4)}
    """,
    "getattr": 'import torch\ngetattr(torch.optim, "Adam")(p, weight_decay=1)',
    "getattr of a constant": 'import torch\nNAME = "Adam"\ngetattr(torch.optim, NAME)(p, weight_decay=1)',
    "a conditional class": "from torch.optim import *\n(Adam if fast else SGD)(p, lr=1, weight_decay=1)",
    "a setting of a class that is written": """
        import torch
        class Config:
            wd = 0.0
        Config.wd = args.wd
        torch.optim.Adam(p, weight_decay=Config.wd)
    """,
    "a setting of a class that others may write": """
        import torch
        class Config:
            wd = 0.0
        parse_arguments_into(Config)
        torch.optim.Adam(p, weight_decay=Config.wd)
    """,
    "a setting of an instance": """
        import torch
        class Config:
            wd: float = 0.0
        config = Config(**settings)
        torch.optim.Adam(p, weight_decay=config.wd)
    """,
    "a conditional decay": "from torch.optim import *\nAdam(p, weight_decay=1e-4 if regular else 0)",
    "a conditional optimizer": "from torch.optim import *\no = Adam(p, weight_decay=1) if fast else SGD(p, 1)",
    "both branches": """
        import torch
        if fast:
            wd = 0
        else:
            wd = 1e-4
        torch.optim.Adam(p, weight_decay=wd)
    """,
    "a negative exponent": "import torch\ntorch.optim.Adam(p, weight_decay=10**-5)",
    "an attribute of args": "import torch\ntorch.optim.Adam(p, weight_decay=args.l2)",
    "a subscript": 'import torch\ntorch.optim.Adam(p, weight_decay=cfg["wd"])',
    "a call": 'import torch\ntorch.optim.Adam(p, weight_decay=cfg.get("wd", 0))',
    "by position": "import torch\ntorch.optim.Adam(p, 1e-3, (0.9, 0.99), 1e-8, 1e-2)",
    "unpacked": 'import torch\nsettings = {"weight_decay": 1}\ntorch.optim.Adam(p, **settings)',
    "unpacked and amended": """
        import torch
        settings = dict(lr=1)
        if decay:
            settings.update(weight_decay=1)
        torch.optim.Adam(p, **settings)
    """,
    "unpacked and merged": """
        import torch
        base = {"weight_decay": 1}
        torch.optim.Adam(p, **{**base, "lr": 1})
    """,
    "groups in a name": """
        import torch
        groups = [{"params": a, "weight_decay": 1}, {"params": b, "weight_decay": 0}]
        torch.optim.Adam(groups, lr=1)
    """,
    "groups that grow": """
        import torch
        groups = []
        groups.append({"params": a})
        groups.append({"params": b, "weight_decay": 1})
        torch.optim.Adam(groups, lr=1)
    """,
    "groups that are summed": """
        import torch
        groups = [{"params": a}]
        groups += [dict(params=b, weight_decay=1)]
        torch.optim.Adam(groups, lr=1)
    """,
    "groups by comprehension": """
        import torch
        torch.optim.Adam([{"params": [p], "weight_decay": wd} for p, wd in pairs], lr=1)
    """,
    "groups of a function of the file": """
        import torch
        def groups(model):
            return [{"params": model.a, "weight_decay": 0.1}, {"params": model.b, "weight_decay": 0}]
        torch.optim.Adam(groups(model), lr=1)
    """,
    "one of two groups by keyword params": """
        import torch
        torch.optim.Adam(params=[{"params": a, "weight_decay": 0.1}], lr=1)
    """,
    "add_param_group to one of a dict": """
        import torch
        opt = {"adam": torch.optim.Adam(a, lr=1), "sgd": torch.optim.SGD(a, lr=1)}[name]
        opt.add_param_group({"params": b, "weight_decay": 1})
    """,
    "add_param_group": """
        import torch
        opt = torch.optim.Adam(a, lr=1)
        opt.add_param_group({"params": b, "weight_decay": 1})
    """,
    "partial": "import functools\nimport torch\nmake = functools.partial(torch.optim.Adam, weight_decay=1)",
    "called partial": "from functools import *\nfrom torch.optim import Adam\npartial(Adam)(p, weight_decay=1)",
    "a subclass": "import torch\nclass Mine(torch.optim.Adam):\n    pass\nMine(p, weight_decay=1)",
    "the switch off": "import torch\ntorch.optim.NAdam(p, weight_decay=1, decoupled_weight_decay=False)",
    "Adamax": "import torch\ntorch.optim.Adamax(p, weight_decay=1)",
    "inside a class body and a comprehension": "import torch\nopts = [torch.optim.Adam(p, weight_decay=1) for p in ps]",
    "chosen in branches": """
        import torch
        if fast:
            cls = torch.optim.Adam
        else:
            cls = lab.FastAdam
        cls(p, weight_decay=args.wd)
    """,
    "chosen in branches, with a default before": """
        import torch
        cls = torch.optim.SGD
        if fast:
            cls = torch.optim.Adam
        cls(p, lr=1, weight_decay=0.1)
    """,
    "chosen where an import fails": """
        import torch
        try:
            import bitsandbytes as bnb
            cls = bnb.optim.AdamW8bit
        except ImportError:
            cls = torch.optim.Adam
        cls(p, lr=1, weight_decay=0.1)
    """,
    "chosen among choices": """
        import torch
        if eight:
            import bitsandbytes as bnb
            cls = bnb.optim.Adam8bit
        else:
            try:
                from apex.optimizers import FusedAdam as Adam
            except ImportError:
                from torch.optim import Adam
            cls = Adam
        cls(p, lr=1, weight_decay=args.wd)
    """,
    "imported in two ways, both known": """
        try:
            from apex.optimizers import FusedAdam as Adam
        except ImportError:
            from torch.optim import Adam
        Adam(p, lr=1, weight_decay=0.1)
    """,
    "chosen where nothing was handed over": """
        import torch
        def build(p, cls=None):
            if cls is None:
                cls = torch.optim.Adam
            return cls(p, weight_decay=0.1)
    """,
    "chosen in an attribute": """
        import torch
        class Trainer:
            def __init__(self, fast):
                if fast:
                    self.cls = torch.optim.Adam
                else:
                    self.cls = torch.optim.SGD
            def fit(self, p):
                return self.cls(p, lr=1, weight_decay=0.1)
    """,
    "handed to what shards it": """
        import torch
        from torch.distributed.optim import ZeroRedundancyOptimizer
        ZeroRedundancyOptimizer(p, optimizer_class=torch.optim.Adam, lr=1, weight_decay=0.1)
    """,
    "handed on by position": """
        import torch
        from torch.distributed.optim import ZeroRedundancyOptimizer as Zero
        Zero(p, torch.optim.Adam, weight_decay=0.1, overlap_with_ddp=True)
    """,
    "what a wrapper builds when nothing is handed over": "import mup\nmup.MuAdam(p, lr=1, weight_decay=0.1)",
    "a switch that is on unless it is written": """
        from apex.optimizers import FusedAdam
        FusedAdam(p, adam_w_mode=False, weight_decay=0.1)
    """,
    "the same by another name": """
        from deepspeed.ops.adam import DeepSpeedCPUAdam
        DeepSpeedCPUAdam(p, adamw_mode=False, weight_decay=0.1)
    """,
    "walrus": "import torch\nif (opt := torch.optim.Adam(p, weight_decay=1)):\n    pass",
}

SILENT = {
    "no decay": "import torch\ntorch.optim.Adam(p)",
    "zero": "import torch\ntorch.optim.Adam(p, weight_decay=0)",
    "zero as a float": "import torch\ntorch.optim.Adam(p, weight_decay=0.0)",
    "None": "import torch\ntorch.optim.Adam(p, weight_decay=None)",
    "a constant bound once to zero": "import torch\nWD = 0.0\ndef f(p):\n    torch.optim.Adam(p, weight_decay=WD)",
    "an attribute bound once to zero": """
        import torch
        class Trainer:
            weight_decay = 0.0
            def fit(self, p):
                return torch.optim.Adam(p, weight_decay=self.weight_decay)
    """,
    "a setting of a class, bound to zero": """
        import torch
        class Config:
            wd = 0.0
        torch.optim.Adam(p, lr=Config.lr, weight_decay=Config.wd)
    """,
    "the switch on in the group that decays": """
        import torch
        torch.optim.NAdam([{"params": a, "weight_decay": 1, "decoupled_weight_decay": True}, {"params": b}])
    """,
    "chosen together with the decay of a group": """
        import torch
        if decoupled:
            cls, wd = torch.optim.AdamW, 0.1
        else:
            cls, wd = torch.optim.Adam, 0
        cls([{"params": a, "weight_decay": wd}, {"params": b}])
    """,
    "both arms zero": "import torch\ntorch.optim.Adam(p, weight_decay=0 if fast else 0.0)",
    "the switch on": "import torch\ntorch.optim.Adam(p, weight_decay=1, decoupled_weight_decay=True)",
    "the switch on in a dict": """
        import torch
        settings = {"weight_decay": 1}
        settings["decoupled_weight_decay"] = True
        torch.optim.NAdam(p, **settings)
    """,
    "the switch at run time": "import torch\ntorch.optim.RAdam(p, weight_decay=1, decoupled_weight_decay=args.d)",
    "SGD": "import torch\ntorch.optim.SGD(p, lr=1, weight_decay=1)",
    "RMSprop": "import torch\ntorch.optim.RMSprop(p, weight_decay=1)",
    "Adagrad": "import torch\ntorch.optim.Adagrad(p, weight_decay=1)",
    "Adadelta": "import torch\ntorch.optim.Adadelta(p, weight_decay=1)",
    "AdamW": "import torch\ntorch.optim.AdamW(p, weight_decay=1)",
    "a class of the user's own": "class Adam:\n    pass\nAdam(p, weight_decay=1)",
    "a class of another library": "from lab import Adam\nAdam(p, weight_decay=1)",
    "a relative import": "from .optim import Adam\nAdam(p, weight_decay=1)",
    "Keras": "from tensorflow.keras.optimizers import Adam\nAdam(weight_decay=1)",
    "an unknown name": "Adam(p, weight_decay=1)",
    "a shadowed module": "import torch\ndef f(torch, p):\n    torch.optim.Adam(p, weight_decay=1)",
    "a shadowed name": "from torch.optim import Adam\ndef f(Adam, p):\n    Adam(p, weight_decay=1)",
    "a rebound name": "from torch.optim import Adam\nfrom lab import Adam\nAdam(p, weight_decay=1)",
    "a local class over an import": "from torch.optim import Adam\nclass Adam:\n    pass\nAdam(p, weight_decay=1)",
    "two possible ones": """
        if fast:
            from torch.optim import Adam
        else:
            from lab import Adam
        Adam(p, weight_decay=1)
    """,
    "try and except that differ": """
        try:
            from lab import Adam
        except ImportError:
            from torch.optim import Adam
        Adam(p, weight_decay=1)
    """,
    "a star import after another": "from torch.optim import *\nfrom lab import *\nAdam(p, weight_decay=1)",
    "a comment": "import torch\n# torch.optim.Adam(p, weight_decay=1)\ntorch.optim.Adam(p)",
    "a docstring": 'import torch\ndef f():\n    """torch.optim.Adam(p, weight_decay=1)"""\n',
    "a string": 'import torch\ntext = "torch.optim.Adam(p, weight_decay=1)"',
    "getattr at run time": "import torch\ngetattr(torch.optim, name)(p, weight_decay=1)",
    "another key in the group": 'import torch\ntorch.optim.Adam([{"params": a, "weight_decay_rate": 0.1}])',
    "groups of zeros": 'import torch\ntorch.optim.Adam([{"params": a, "weight_decay": 0.0}, {"params": b}])',
    "unknown kwargs": "import torch\ndef f(p, **kw):\n    torch.optim.Adam(p, **kw)",
    "a decay deleted": """
        import torch
        settings = {"lr": 1, "weight_decay": 0.1}
        del settings["weight_decay"]
        torch.optim.Adam(p, **settings)
    """,
    "a decay popped": """
        import torch
        settings = {"lr": 1, "weight_decay": 0.1}
        settings.pop("weight_decay")
        torch.optim.Adam(p, **settings)
    """,
    "groups that all have a zero of their own": """
        import torch
        torch.optim.Adam([{"params": a, "weight_decay": 0.0}, {"params": b, "weight_decay": 0}], weight_decay=0.1)
    """,
    "a subclass with a step of its own": """
        import torch
        class Mine(torch.optim.Adam):
            def step(self):
                ...
        Mine(p, weight_decay=1)
    """,
    "a decay set to zero after all": """
        import torch
        settings = {"weight_decay": 1}
        settings["weight_decay"] = 0
        torch.optim.Adam(p, **settings)
    """,
    "the other optimizer's group": """
        import torch
        opt = torch.optim.SGD(a, lr=1)
        opt.add_param_group({"params": b, "weight_decay": 1})
    """,
    "chosen together with its decay": """
        import torch
        if decoupled:
            cls, wd = torch.optim.AdamW, 0.1
        else:
            cls, wd = torch.optim.Adam, 0
        cls(p, weight_decay=wd)
    """,
    "chosen together with its decay, line by line": """
        import torch
        if decoupled:
            cls = torch.optim.AdamW
            wd = args.wd
        else:
            cls = torch.optim.Adam
            wd = 0.0
        cls(p, weight_decay=wd)
    """,
    "chosen, and decayed by the same condition": """
        import torch
        cls = torch.optim.AdamW if decoupled else torch.optim.Adam
        cls(p, weight_decay=0.1 if decoupled else 0)
    """,
    "chosen, and built under the same condition": """
        import torch
        if args.optimizer == "adam":
            cls = torch.optim.Adam
        else:
            cls = torch.optim.AdamW
        if args.optimizer.startswith("adamw"):
            cls(p, weight_decay=0.1)
        else:
            cls(p)
    """,
    "chosen, the decay put in for one of them": """
        import torch
        cls, settings = torch.optim.Adam, {"lr": 1}
        if decoupled:
            cls = torch.optim.AdamW
            settings["weight_decay"] = 0.1
        cls(p, **settings)
    """,
    "chosen among what decouples": """
        import torch
        import bitsandbytes as bnb
        cls = bnb.optim.Adam8bit if eight else torch.optim.AdamW
        cls(p, weight_decay=0.1)
    """,
    "chosen among what we do not know": """
        import lab
        if fast:
            cls = lab.Adam
        else:
            cls = lab.FastAdam
        cls(p, weight_decay=0.1)
    """,
    "an import that falls back on a class assigned": """
        import torch
        try:
            from lab import Adam
        except ImportError:
            Adam = torch.optim.Adam
        Adam(p, weight_decay=0.1)
    """,
    "another library's Adam that decouples": "import bitsandbytes\nbitsandbytes.optim.Adam8bit(p, weight_decay=0.1)",
    "a fused Adam as it is": "from apex.optimizers import FusedAdam\nFusedAdam(p, weight_decay=0.1)",
    "a fused Adam told so": "from apex.optimizers import FusedAdam\nFusedAdam(p, adam_w_mode=True, weight_decay=0.1)",
    "a sharded AdamW": """
        import torch
        from torch.distributed.optim import ZeroRedundancyOptimizer
        ZeroRedundancyOptimizer(p, optimizer_class=torch.optim.AdamW, weight_decay=0.1)
    """,
    "an unknown class, sharded": """
        from torch.distributed.optim import ZeroRedundancyOptimizer
        ZeroRedundancyOptimizer(p, optimizer_class=args.optimizer, weight_decay=0.1)
    """,
    "the class alone": "import torch\ncls = torch.optim.Adam",
    "isinstance": "import torch\nisinstance(opt, torch.optim.Adam)",
    "its own dict, mentioned": 'import torch\nconfig = {"optimizer": torch.optim.Adam, "weight_decay": 1}',
}


@pytest.mark.parametrize("way", REPORTED)
def test_a_decay_that_arrives_is_reported_once(way: str) -> None:
    assert len(lines("coupled-decay", REPORTED[way])) == 1


@pytest.mark.parametrize("way", SILENT)
def test_a_near_miss_is_silent(way: str) -> None:
    assert lines("coupled-decay", SILENT[way]) == []


WHOLE = {
    "parameters": "torch.optim.AdamW(model.parameters())",
    "self": "class M:\n    def configure_optimizers(self):\n        return torch.optim.AdamW(self.parameters(), lr=1)",
    "filter": "torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()))",
    "list": "torch.optim.AdamW(list(model.parameters()), weight_decay=0.1)",
    "tuple": "torch.optim.AdamW(tuple(model.parameters()))",
    "comprehension": "torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])",
    "comprehension over names": "torch.optim.AdamW([p for _, p in model.named_parameters() if p.requires_grad])",
    "chain": "from itertools import chain\ntorch.optim.AdamW(chain(a.parameters(), b.parameters()))",
    "chain of many": "import itertools\ntorch.optim.AdamW(itertools.chain(*[a.parameters(), b.parameters()]))",
    "sum": "torch.optim.AdamW(list(a.parameters()) + list(b.parameters()))",
    "stars": "torch.optim.AdamW([*a.parameters(), *b.parameters(), scale])",
    "a name": "params = model.parameters()\ntorch.optim.AdamW(params)",
    "a name extended": "params = list(a.parameters())\nparams += list(b.parameters())\ntorch.optim.AdamW(params)",
    "extend": "params = []\nparams.extend(a.parameters())\ntorch.optim.AdamW(params)",
    "a loop that appends": "params = []\nfor p in m.parameters():\n    params.append(p)\ntorch.optim.AdamW(params)",
    "a loop over trained ones": """
        params = []
        for name, p in m.named_parameters():
            if p.requires_grad:
                params.append(p)
        torch.optim.AdamW(params)
    """,
    "a loop that skips what is frozen": """
        params = []
        for p in m.parameters():
            if not p.requires_grad:
                continue
            params.append(p)
        torch.optim.AdamW(params)
    """,
    "a condition": "torch.optim.AdamW(m.module.parameters() if ddp else m.parameters())",
    "one group": 'torch.optim.AdamW([{"params": model.parameters(), "weight_decay": 0.1}], weight_decay=0)',
    "groups by rate": 'torch.optim.AdamW([{"params": a.parameters(), "lr": 1}, {"params": b.parameters()}])',
    "the switch": "torch.optim.Adam(m.parameters(), weight_decay=1, decoupled_weight_decay=True)",
    "both branches": """
        if frozen:
            params = m.head.parameters()
        else:
            params = m.parameters()
        torch.optim.AdamW(params)
    """,
    "a decay of two values": "torch.optim.AdamW(m.parameters(), weight_decay=0.1 if big else 0)",
    "through a partial": "from functools import partial\nmake = partial(torch.optim.AdamW, lr=1)\nmake(m.parameters())",
    "a model that is handed an unknown part": """
        class Both(torch.nn.Module):
            def __init__(self, body, size):
                super().__init__()
                self.size = size
                self.body = body
                self.words = torch.nn.Embedding(3, 3)
            def forward(self, x):
                return self.body(self.words(x))
        torch.optim.AdamW(Both(make(), 3).parameters())
    """,
    "chosen among what decouples": """
        import bitsandbytes as bnb
        cls = bnb.optim.AdamW8bit if eight else torch.optim.AdamW
        cls(m.parameters(), weight_decay=args.wd)
    """,
    "chosen in branches": """
        if eight:
            import bitsandbytes as bnb
            cls = bnb.optim.AdamW8bit
        else:
            cls = torch.optim.AdamW
        cls(m.parameters(), lr=1)
    """,
    "sharded": """
        from torch.distributed.optim import ZeroRedundancyOptimizer
        ZeroRedundancyOptimizer(m.parameters(), optimizer_class=torch.optim.AdamW, lr=1, weight_decay=0.1)
    """,
    "mup": "import mup\nmup.MuAdamW(m.parameters(), lr=1, weight_decay=0.1)",
    "a sign": "from lion_pytorch import Lion\nLion(m.parameters(), lr=1, weight_decay=0.1)",
    "a fused Adam": "from apex.optimizers import FusedAdam\nFusedAdam(m.parameters(), weight_decay=0.1)",
    "another library's Adam that decouples": """
        import bitsandbytes
        bitsandbytes.optim.Adam8bit(m.parameters(), weight_decay=0.1)
    """,
    "an argument": "def make(params):\n    return torch.optim.AdamW(params)\nmake(model.parameters())",
}

SPARED = {
    "by dimension": "torch.optim.AdamW([p for p in m.parameters() if p.ndim >= 2])",
    "by name": 'torch.optim.AdamW([p for n, p in m.named_parameters() if "bias" not in n])',
    "groups by name": """
        no = ["bias", "LayerNorm.weight"]
        torch.optim.AdamW([
            {"params": [p for n, p in m.named_parameters() if not any(x in n for x in no)], "weight_decay": 0.1},
            {"params": [p for n, p in m.named_parameters() if any(x in n for x in no)], "weight_decay": 0.0},
        ])
    """,
    "loops by dimension": """
        decay, rest = [], []
        for p in m.parameters():
            if p.ndim < 2:
                rest.append(p)
            else:
                decay.append(p)
        torch.optim.AdamW([{"params": decay}, {"params": rest, "weight_decay": 0.0}])
    """,
    "a helper": "torch.optim.AdamW(get_groups(m), lr=1)",
    "a helper of the file": """
        def groups(m):
            return [
                {"params": [p for p in m.parameters() if p.ndim > 1], "weight_decay": 0.1},
                {"params": [p for p in m.parameters() if p.ndim <= 1], "weight_decay": 0},
            ]
        torch.optim.AdamW(groups(m), lr=1)
    """,
    "a group of zero": 'torch.optim.AdamW([{"params": a.parameters()}, {"params": b, "weight_decay": 0}])',
    "zero": "torch.optim.AdamW(m.parameters(), weight_decay=0.0)",
    "a constant of zero": "WD = 0\ntorch.optim.AdamW(m.parameters(), weight_decay=WD)",
    "single tensors": "torch.optim.AdamW([x, m.scale], lr=1)",
    "one tensor": "torch.optim.AdamW([m.weight], lr=1)",
    "a parameter of the function": "def f(params):\n    torch.optim.AdamW(params)",
    "an unknown attribute": "torch.optim.AdamW(m.trainable)",
    "unknown kwargs": "def f(m, **kw):\n    torch.optim.AdamW(m.parameters(), **kw)",
    "peft": "from peft import get_peft_model\nm = get_peft_model(m, c)\ntorch.optim.AdamW(m.parameters())",
    "a bare layer": "m = torch.nn.Linear(3, 3, bias=False)\ntorch.optim.AdamW(m.parameters())",
    "a loop that skips": """
        params = []
        for p in m.parameters():
            if p.ndim < 2:
                continue
            params.append(p)
        torch.optim.AdamW(params)
    """,
    "an append by and": """
        params = []
        for p in m.parameters():
            p.ndim > 1 and params.append(p)
        torch.optim.AdamW(params)
    """,
    "a bias left out by position": "m = torch.nn.Linear(3, 3, False)\ntorch.optim.AdamW(m.parameters())",
    "an embedding": "m = torch.nn.Embedding(3, 3).to(device)\ntorch.optim.AdamW(m.parameters())",
    "coupled": "torch.optim.Adam(m.parameters(), weight_decay=1)",
    "sgd": "torch.optim.SGD(m.parameters(), lr=1, weight_decay=1)",
    "a bare model that keeps its size": """
        class Bare(torch.nn.Module):
            def __init__(self, size):
                super().__init__()
                self.size = size
                self.words = torch.nn.Embedding(size, 3)
        torch.optim.AdamW(Bare(3).parameters())
    """,
    "the AdamW that decays by nothing": "from transformers import AdamW\nAdamW(m.parameters(), lr=1)",
    "a coupled fused Adam": """
        from apex.optimizers import FusedAdam
        FusedAdam(m.parameters(), adam_w_mode=False, weight_decay=0.1)
    """,
    "only matrices": "torch.optim.Muon(m.parameters(), lr=1)",
    "another AdamW": "from lab import AdamW\nAdamW(m.parameters())",
    "one branch of two": """
        if spare:
            params = groups(m)
        else:
            params = m.parameters()
        torch.optim.AdamW(params)
    """,
}


@pytest.mark.parametrize("way", WHOLE)
def test_parameters_that_are_nowhere_narrowed_are_reported_once(way: str) -> None:
    assert len(lines("decayed-norms", "import torch\n" + dedent(WHOLE[way]).lstrip("\n"))) == 1


@pytest.mark.parametrize("way", SPARED)
def test_parameters_that_are_narrowed_are_silent(way: str) -> None:
    assert lines("decayed-norms", "import torch\n" + dedent(SPARED[way]).lstrip("\n")) == []


NUMBERS = ['float("nan")', 'float("inf")', "1e999999999", "1" * 5000, "-1", "10**100000", "1 / 0"]


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
@pytest.mark.parametrize("argument", ["lr", "weight_decay"])
def test_numbers_that_no_one_can_compute_with_crash_nothing(number: str, argument: str) -> None:
    other = "weight_decay=0.1" if argument == "lr" else "lr=0.1"
    code = f"import torch\ntorch.optim.Adam(p, {argument}={number}, {other})"
    assert len(lines("coupled-decay", code)) == 1


def test_lists_that_double_take_no_exponential_time() -> None:
    doubled = "\n".join(f"g{n} = g{n - 1} + g{n - 1}" for n in range(1, 40))
    code = f"import torch\ng0 = list(m.parameters())\n{doubled}\ntorch.optim.AdamW(g39)"
    assert len(lines("decayed-norms", code)) <= 1
