"""Small programs, one or more for every row of the table of fix safety; those with a fix can be run with a `model`."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from adamw_lint.diagnostics import Safety

SAFE, UNSAFE, MANUAL = Safety.SAFE, Safety.UNSAFE, None


@dataclass(frozen=True, slots=True)
class Specimen:
    """A program with just one finding of `rule`, whose fix has the class `safety`."""

    rule: str
    safety: Safety | None
    row: str
    code: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.row}"


def _specimens(rule: str, *rows: tuple[Safety | None, str, str]) -> list[Specimen]:
    return [Specimen(rule, safety, row, dedent(code).lstrip("\n")) for safety, row, code in rows]


COUPLED = _specimens(
    "coupled-decay",
    (SAFE, "decay in the call", "import torch\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=0.1)"),
    (
        SAFE,
        "decay by position",
        "from torch import optim\nopt = optim.Adam(model.parameters(), 1e-3, (0.9, 0.99), 1e-8, 0.1)",
    ),
    (
        SAFE,
        "decay known at run time",
        "from torch import optim\nopt = optim.Adam(model.parameters(), weight_decay=args.wd)",
    ),
    (
        SAFE,
        "decay in every group",
        """
        from torch.optim.adam import Adam
        opt = Adam([
            dict(params=model.backbone.parameters(), weight_decay=0.1),  # the body
            dict(params=model.head.parameters(), weight_decay=0.2),
        ], lr=1e-3, weight_decay=0.3)
        """,
    ),
    (
        SAFE,
        "groups carry the decay and the constructor writes none",
        """
        import torch
        opt = torch.optim.Adam(
            [
                {"params": model.weights, "weight_decay": 0.1},
                {"params": model.rest},
            ],
            lr=1e-3,
        )
        """,
    ),
    (
        SAFE,
        "a group added later",
        """
        import torch
        opt = torch.optim.Adam(model.rest, lr=1e-3)
        opt.add_param_group({"params": model.weights, "weight_decay": 0.1})
        """,
    ),
    (
        SAFE,
        "class in a local name",
        """
        import torch
        def build(model):
            cls = torch.optim.Adam
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        opt = build(model)
        """,
    ),
    (
        SAFE,
        "class in a private dict",
        """
        from torch.optim import SGD, Adam
        _OPTIMIZERS = {"adam": Adam, "sgd": SGD}
        opt = _OPTIMIZERS[args.name](model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "class chosen in branches of a function",
        """
        import torch
        def build(model, fused):
            if fused:
                cls = torch.optim.SGD
            else:
                cls = torch.optim.Adam
            return cls(model.weights, lr=1e-3, weight_decay=0.1)
        opt = build(model, False)
        """,
    ),
    (
        MANUAL,
        "class chosen in branches, and public",
        """
        import torch
        if args.fast:
            cls = torch.optim.Adam
        else:
            cls = torch.optim.SGD
        opt = cls(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "a switch that another class of the choice has not",
        """
        from torch.optim import NAdam, SGD
        opt = (NAdam if args.fast else SGD)(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "a default that another class of the choice has another one of",
        """
        from torch.optim import Adam, SGD
        opt = (Adam if args.fast else SGD)([{"params": model.weights, "weight_decay": 0.1}], lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "class imported in two ways",
        """
        try:
            from apex.optimizers import FusedAdam as Adam
        except ImportError:
            from torch.optim import Adam
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "partial",
        """
        from functools import partial
        from torch.optim import Adam
        opt = partial(Adam, lr=1e-3, weight_decay=0.1)(model.weights)
        """,
    ),
    (
        SAFE,
        "class by getattr",
        "import torch\nopt = getattr(torch.optim, 'Adam')(model.weights, lr=1e-3, weight_decay=0.1)",
    ),
    (
        SAFE,
        "class by a conditional expression",
        """
        from torch.optim import Adam as A, SGD
        opt = (A if args.name == "adam" else SGD)(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "kwargs wholly known",
        """
        import torch
        settings = dict(lr=1e-3)
        settings["weight_decay"] = 0.1
        opt = torch.optim.Adam(model.weights, **settings)
        """,
    ),
    (SAFE, "star import", "from torch.optim import *\nopt = Adam(model.weights, lr=1e-3, weight_decay=0.1)"),
    (
        SAFE,
        "import of many lines",
        """
        from torch.optim import (
            SGD,
            Adam,  # the default
        )
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        other = [SGD, Adam]
        """,
    ),
    (SAFE, "a switch", "import torch\nopt = torch.optim.NAdam(model.weights, lr=1e-3, weight_decay=0.1)"),
    (
        SAFE,
        "a switch that is written as off",
        "import torch\nopt = torch.optim.RAdam(model.weights, weight_decay=0.1, decoupled_weight_decay=False)",
    ),
    (
        MANUAL,
        "class shared",
        """
        import torch
        def build(model):
            cls = torch.optim.Adam
            return cls(model.a), cls(model.b, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "class exported",
        "import torch\nOptimizer = torch.optim.Adam\nopt = Optimizer(model.weights, weight_decay=0.1)",
    ),
    (
        MANUAL,
        "public default argument",
        """
        import torch
        def build(model, cls=torch.optim.Adam):
            return cls(model.weights, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "kwargs not wholly known",
        """
        import torch
        def build(model, **more):
            return torch.optim.Adam(model.weights, weight_decay=0.1, **more)
        """,
    ),
    (MANUAL, "no decoupled form", "import torch\nopt = torch.optim.Adamax(model.weights, weight_decay=0.1)"),
    (
        MANUAL,
        "a subclass of the user's",
        """
        import torch
        class Mine(torch.optim.Adam):
            pass
        opt = Mine(model.weights, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "the name of the replacement is taken",
        """
        from lab import AdamW
        from torch.optim import Adam
        opt = Adam(model.weights, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "an import on the line of another statement",
        """
        def build(m):
            if m: from torch.optim.adam import Adam; c = Adam; return Adam(m, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "a bare generator of groups",
        """
        import torch
        opt = torch.optim.Adam({"params": [p], "weight_decay": 0.1} for p in model.weights)
        """,
    ),
    (
        SAFE,
        "a quoted annotation",
        """
        from torch.optim import Adam
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        def step(o: "Adam | None") -> None: ...
        """,
    ),
    (
        UNSAFE,
        "state loaded, a replacement",
        """
        import torch
        opt = torch.optim.Adam(model.weights, lr=1e-3, weight_decay=0.1)
        if args.resume:
            opt.load_state_dict(torch.load(args.resume))
        """,
    ),
    (
        MANUAL,
        "state loaded, a switch",
        """
        import torch
        opt = torch.optim.NAdam(model.weights, weight_decay=0.1)
        opt.load_state_dict(torch.load(args.resume))
        """,
    ),
)

NORMS = _specimens(
    "decayed-norms",
    (
        UNSAFE,
        "groups counted through another name",
        """
        import torch
        def build(model):
            opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
            same = opt
            print(len(same.param_groups))
            return opt
        opt = build(model)
        """,
    ),
    (SAFE, "the default decays", "import torch\nopt = torch.optim.AdamW(model.parameters(), lr=1e-3)"),
    (
        SAFE,
        "beside a scheduler with one value",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 10)
        print(opt.param_groups[0]["lr"])
        for group in opt.param_groups:
            group["lr"] = 1e-3
        """,
    ),
    (
        SAFE,
        "one group written as a dict",
        """
        import torch
        params = [p for p in model.parameters() if p.requires_grad]
        opt = torch.optim.AdamW([{'params': params, 'lr': 1e-3, 'weight_decay': 0.1}])
        """,
    ),
    (
        SAFE,
        "a name bound to an iterator",
        """
        import torch
        trained = filter(lambda p: p.requires_grad, model.parameters())
        opt = torch.optim.AdamW(trained, lr=1e-3, weight_decay=args.wd)
        """,
    ),
    (
        SAFE,
        "chains and sums",
        """
        import itertools
        import torch
        opt = torch.optim.AdamW(
            itertools.chain(model.backbone.parameters(), list(model.head.parameters())),
            lr=1e-3,
        )
        """,
    ),
    (
        SAFE,
        "decoupled by the switch",
        """
        import torch
        opt = torch.optim.NAdam(model.parameters(), weight_decay=0.1, decoupled_weight_decay=True)
        """,
    ),
    (
        UNSAFE,
        "groups that differ in the learning rate",
        """
        import torch
        opt = torch.optim.AdamW([
            {"params": model.backbone.parameters()},
            dict(params=model.head.parameters(), lr=1e-2),
        ], lr=1e-3)
        """,
    ),
    (
        UNSAFE,
        "parameters that are an argument",
        """
        import torch
        def build(params):
            return torch.optim.AdamW(params, lr=1e-3, weight_decay=0.1)
        opt = build(model.parameters())
        """,
    ),
    (
        UNSAFE,
        "param_groups[i] written",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        opt.param_groups[0]["lr"] = 1e-3
        """,
    ),
    (
        UNSAFE,
        "param_groups indexed otherwise",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        print(opt.param_groups[-1]["lr"])
        """,
    ),
    (
        UNSAFE,
        "the parameters of the first group read",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        torch.nn.utils.get_total_norm(opt.param_groups[0]["params"])
        """,
    ),
    (
        UNSAFE,
        "state loaded under another name",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        def load(optim, path):
            optim.load_state_dict(torch.load(path))
        """,
    ),
    (
        UNSAFE,
        "one value per group in a name",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        rates = [lambda epoch: 1.0]
        def schedule():
            return torch.optim.lr_scheduler.LambdaLR(optimizer=opt, lr_lambda=rates)
        """,
    ),
    (
        UNSAFE,
        "the only group taken out",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        def only():
            (group,) = opt.param_groups
            return group
        """,
    ),
    (
        SAFE,
        "parameters by a condition",
        """
        import torch
        opt = torch.optim.AdamW(model.backbone.parameters() if args.resume else model.parameters(), lr=1e-3)
        """,
    ),
    (
        UNSAFE,
        "handed to a loader",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        if args.resume:
            utils.load_checkpoint("last.pt", model, optimizer=opt)
        """,
    ),
    (
        SAFE,
        "groups of its own in a name",
        """
        import torch
        groups = [{"params": list(model.parameters())}]
        opt = torch.optim.AdamW(groups, lr=1e-3)
        """,
    ),
    (
        UNSAFE,
        "the number of groups read",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        rates = [1e-3] * len(opt.param_groups)
        """,
    ),
    (
        UNSAFE,
        "one value per group in a scheduler",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        def schedule():
            return torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=[1e-3], total_steps=10)
        """,
    ),
    (
        UNSAFE,
        "state loaded",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        if args.resume:
            opt.load_state_dict(torch.load(args.resume))
        """,
    ),
    (
        MANUAL,
        "FSDP",
        """
        import torch
        from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
        opt = torch.optim.AdamW(FSDP(model).parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "ZeRO",
        """
        import deepspeed
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "lazy modules",
        """
        import torch
        model = torch.nn.Sequential(torch.nn.LazyLinear(8), torch.nn.ReLU())
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "a loop that writes every group's decay",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        for group in opt.param_groups:
            group["weight_decay"] = 0.1
        """,
    ),
    (
        MANUAL,
        "a schedule that writes the decay of the first group",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        for index, group in enumerate(opt.param_groups):
            if index == 0:
                group["weight_decay"] = 0.1
        """,
    ),
    (
        MANUAL,
        "a function that writes the decay of every group",
        """
        import torch
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        def set_decay(o, decay):
            for group in o.param_groups:
                group.update(weight_decay=decay)
        """,
    ),
    (
        MANUAL,
        "an iterator on the line of its function",
        """
        import torch
        def build(params): return torch.optim.AdamW(params, lr=1e-3)
        build(model.parameters())
        """,
    ),
    (MANUAL, "inside a string", "import torch\nprint(f'{torch.optim.AdamW(model.parameters())}')"),
    (
        MANUAL,
        "settings shared with another optimizer",
        """
        import torch
        settings = {"params": list(model.parameters()), "lr": 1e-3}
        opt = torch.optim.SGD(**settings) if args.sgd else torch.optim.AdamW(**settings)
        """,
    ),
    (
        MANUAL,
        "groups shared with another optimizer",
        """
        import torch
        groups = [{"params": model.parameters(), "lr": 1e-3}]
        if args.sgd:
            opt = torch.optim.SGD(groups)
        else:
            opt = torch.optim.AdamW(groups)
        """,
    ),
    (MANUAL, "named parameters", "import torch\nopt = torch.optim.AdamW(model.named_parameters(), lr=1e-3)"),
    (MANUAL, "a call inside X", "import torch\nopt = torch.optim.AdamW(build().parameters(), lr=1e-3)"),
    (
        MANUAL,
        "weight_norm",
        """
        import torch
        from torch.nn.utils import weight_norm
        layer = weight_norm(torch.nn.Linear(3, 3))
        opt = torch.optim.AdamW(layer.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "a LayerNorm of a shape in a name",
        """
        import torch
        shape = (8, 8)
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3), torch.nn.LayerNorm(normalized_shape=shape))
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "a scale made by hand",
        """
        import torch
        class Norm(torch.nn.Module):
            def __init__(self, c):
                super().__init__()
                self.gamma = torch.nn.Parameter(torch.ones(1, c, 1, 1))
        opt = torch.optim.AdamW(Norm(3).parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "a LayerNorm of a shape",
        """
        import torch
        model = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 3), torch.nn.LayerNorm([8, 8]))
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
)
