"""Small programs, one or more for every row of the table of fix safety; those with a fix can be run with a `model`."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

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
        "the class is asked for",
        """
        import torch
        opt = torch.optim.Adam(model.weights, lr=1e-3, weight_decay=0.1)
        if isinstance(opt, (torch.optim.Adam, torch.optim.SGD)):
            print(opt)
        """,
    ),
    (
        MANUAL,
        "the class is compared",
        """
        from torch.optim import Adam
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        if type(opt) is Adam:
            print(opt)
        """,
    ),
    (
        SAFE,
        "another class is asked for",
        """
        import torch
        opt = torch.optim.Adam(model.weights, lr=1e-3, weight_decay=0.1)
        if isinstance(opt, torch.optim.SGD):
            print(opt)
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
    (
        SAFE,
        "the replacement is imported already",
        """
        from torch.optim import Adam, AdamW
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, before the class",
        """
        from torch.optim import AdamW, Adam
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, and the class has another use",
        """
        from torch.optim import Adam, AdamW
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        print(Adam)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, and the class by itself",
        """
        from torch.optim import Adam
        from torch.optim import AdamW
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, and the class by a line with a comment",
        """
        from torch.optim import Adam  # as the paper has it
        from torch.optim import AdamW
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, and the class by all that a block holds",
        """
        from torch.optim import AdamW
        if True:
            from torch.optim import Adam
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, and a comment stands between the two",
        """
        from torch.optim import (
            Adam,  # for the body
            AdamW,
        )
        print(AdamW)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement is imported already, in another function",
        """
        from torch.optim import Adam
        def build(parameters):
            from torch.optim import AdamW
            return AdamW(parameters)
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the replacement stands in another module, and more is imported from that of the class",
        """
        from torch.optim.adam import Adam, adam
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        print(adam)
        """,
    ),
    (
        SAFE,
        "the replacement stands in another module, and the class has another use",
        """
        from torch.optim.adam import Adam
        opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)
        print(Adam)
        """,
    ),
    (
        MANUAL,
        "the module of the class, by its name",
        "from torch.optim import adam\nopt = adam.Adam(model.weights, lr=1e-3, weight_decay=0.1)",
    ),
    (
        MANUAL,
        "the class is imported and used on one line",
        "from torch.optim.adam import Adam, adam; opt = Adam(model.weights, lr=1e-3, weight_decay=0.1)\nprint(adam)",
    ),
    (
        MANUAL,
        "the class is imported on the last line",
        """
        def build(model):
            return Adam(model.weights, lr=1e-3, weight_decay=0.1)
        from torch.optim.adam import Adam, adam""",
    ),
    (
        MANUAL,
        "the decay is an object that is kept in a name",
        """
        import paddle
        decay = paddle.regularizer.L2Decay(1e-4)
        opt = paddle.optimizer.Adam(parameters=weights, weight_decay=decay)
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
    (
        UNSAFE,
        "groups counted after a function has returned the optimizer",
        """
        import torch
        def build(model):
            made = torch.optim.AdamW(model.parameters(), lr=1e-3)
            return [made], []
        (opt,), _ = build(model)
        opt.param_groups[0]["lr"] = 1e-3
        """,
    ),
    (SAFE, "the default decays", "import torch\nopt = torch.optim.AdamW(model.parameters(), lr=1e-3)"),
    (
        SAFE,
        "a method of an object lists what is trained",
        """
        import torch
        class Pair:
            def __init__(self, student):
                self.student = student
            def trained(self):
                return list(self.student.parameters())
        pair = Pair(model)
        opt = torch.optim.AdamW(pair.trained(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "the class is the default of a parameter",
        """
        from torch.optim import AdamW
        def learned(model, optimizer_class=AdamW, options=dict(lr=3e-4, weight_decay=1e-4)):
            return optimizer_class(model.body.parameters(), **options)
        opt = learned(model)
        """,
    ),
    (
        MANUAL,
        "an attribute holds the class that is the default of a parameter",
        """
        from torch.optim import AdamW
        class Trainer:
            def __init__(self, model, optimizer_class=AdamW):
                self.optimizer_class, self.model = optimizer_class, model
                self.kind = optimizer_class
            def built(self):
                return self.kind(self.model.parameters(), lr=1e-3)
        """,
    ),
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
        SAFE,
        "one of two lists that are bound at once",
        """
        import torch
        trained, frozen = [], []
        for p in model.parameters():
            trained.append(p)
        opt = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "a group for each parameter, put into a list",
        """
        import torch
        groups = []
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            groups.append({"params": [p], "lr": 1e-2 if "head" in name else 1e-3, "weight_decay": 0.1})
        opt = torch.optim.AdamW(groups)
        """,
    ),
    (
        MANUAL,
        "a group for each parameter, added to a list, decayed by the call",
        """
        import torch
        groups = []
        for name, p in model.named_parameters():
            if p.requires_grad:
                groups += [{"params": p, "lr": 1e-2 if "head" in name else 1e-3}]
        opt = torch.optim.AdamW(groups, weight_decay=0.1)
        """,
    ),
    (
        MANUAL,
        "a group for each parameter, in a comprehension",
        """
        import torch
        opt = torch.optim.AdamW([{"params": [p], "lr": 1e-3} for p in model.parameters() if p.requires_grad])
        """,
    ),
    (
        MANUAL,
        "groups that share out the model by the names of its parts",
        """
        import torch
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if "backbone" not in n and p.requires_grad]},
            {"params": [p for n, p in model.named_parameters() if "backbone" in n and p.requires_grad], "lr": 1e-5},
        ], lr=1e-4, weight_decay=1e-4)
        """,
    ),
    (
        MANUAL,
        "lists that a loop fills by the names of parts",
        """
        import torch
        backbone, head = [], []
        for name, p in model.named_parameters():
            if "backbone" in name:
                backbone.append(p)
            else:
                head.append(p)
        opt = torch.optim.AdamW([{"params": backbone, "lr": 1e-5}, {"params": head}], lr=1e-4)
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

SWAPPED = _specimens(
    "swapped-groups",
    (
        SAFE,
        "both groups decay alike",
        """
        import torch
        named = list(model.named_parameters())
        opt = torch.optim.AdamW([
            {"params": [p for n, p in named if p.ndim >= 2], "weight_decay": 0.1},
            {"params": [p for n, p in named if p.ndim < 2], "weight_decay": 0.1},  # spared?
        ], lr=1e-3)
        """,
    ),
    (
        SAFE,
        "a zero is missing, and the default applies",
        """
        import torch
        opt = torch.optim.AdamW([
            dict(params=[p for p in model.parameters() if p.ndim >= 2], weight_decay=0.1),
            dict(params=[p for p in model.parameters() if p.ndim < 2]),
        ])
        """,
    ),
    (
        SAFE,
        "a zero is missing, and the constructor's decay applies to both",
        """
        from torch.optim import AdamW
        rest = {"params": [p for n, p in model.named_parameters() if "norm" in n or "bias" in n]}
        kept = {"params": [p for n, p in model.named_parameters() if not ("norm" in n or "bias" in n)]}
        opt = AdamW([kept, rest], lr=1e-3, weight_decay=args.wd)
        """,
    ),
    (
        SAFE,
        "a zero is missing in a dict over several lines",
        """
        import torch
        opt = torch.optim.AdamW(
            [
                {
                    'params': [p for p in model.parameters() if p.ndim >= 2],
                    'weight_decay': 0.1,
                },
                {
                    'params': [p for p in model.parameters() if p.ndim < 2],
                },
            ],
        )
        """,
    ),
    (
        SAFE,
        "a second optimizer decays by default",
        """
        import torch
        opt = torch.optim.AdamW([p for p in model.parameters() if p.ndim >= 2], lr=1e-3, weight_decay=0.1)
        other = torch.optim.AdamW([p for p in model.parameters() if p.ndim < 2], lr=1e-3)
        """,
    ),
    (
        SAFE,
        "the bare first group decays by default",
        """
        import torch
        kept, rest = [], []
        for n, p in model.named_parameters():
            if p.ndim < 2:
                rest.append(p)
            else:
                kept.append(p)
        opt = torch.optim.AdamW(rest, lr=1e-3)
        opt.add_param_group({"params": kept, "weight_decay": 0.1})
        """,
    ),
    (
        UNSAFE,
        "the values are swapped",
        """
        import torch
        no_decay = ["bias", "norm"]
        named = list(model.named_parameters())
        opt = torch.optim.AdamW([
            {"params": [p for n, p in named if any(nd in n for nd in no_decay)], "weight_decay": args.wd},
            {"params": [p for n, p in named if not any(nd in n for nd in no_decay)], "weight_decay": 0.0},
        ])
        """,
    ),
    (
        UNSAFE,
        "the values are swapped in a loop",
        """
        import torch
        groups = []
        for name, p in model.named_parameters():
            if p.ndim < 2:
                decay = 0.1
            else:
                decay = 0.0
            groups.append({"params": [p], "weight_decay": decay})
        opt = torch.optim.AdamW(groups, lr=1e-3)
        """,
    ),
    (
        UNSAFE,
        "a zero is missing, and a state is loaded",
        """
        import torch
        opt = torch.optim.AdamW([
            {"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": 0.1},
            {"params": [p for p in model.parameters() if p.ndim < 2]},
        ])
        if args.resume:
            opt.load_state_dict(torch.load(args.resume))
        """,
    ),
    (
        MANUAL,
        "a loop that writes every group's decay",
        """
        import torch
        opt = torch.optim.AdamW([
            {"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": 0.1},
            {"params": [p for p in model.parameters() if p.ndim < 2]},
        ])
        for group in opt.param_groups:
            group["weight_decay"] = 0.1
        """,
    ),
    (
        MANUAL,
        "the constructor's decay is inherited by the weights too",
        """
        import torch
        opt = torch.optim.AdamW([p for p in model.parameters() if p.ndim < 2], weight_decay=0.1)
        opt.add_param_group({"params": [p for p in model.parameters() if p.ndim >= 2]})
        """,
    ),
    (
        MANUAL,
        "two arms that are the same",
        """
        import torch
        kept, rest = [], []
        for n, p in model.named_parameters():
            (kept if p.ndim > 1 else kept).append(p)
        opt = torch.optim.AdamW([{"params": kept, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}])
        """,
    ),
    (
        MANUAL,
        "two branches that are the same",
        """
        import torch
        kept, rest = [], []
        for n, p in model.named_parameters():
            if p.ndim > 1:
                kept.append(p)
            else:
                kept.append(p)
        opt = torch.optim.AdamW([{"params": kept, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}])
        """,
    ),
)

DROPPED = _specimens(
    "dropped-parameters",
    (
        SAFE,
        "an iterator read twice",
        """
        import torch
        params = model.named_parameters()  # pairs
        opt = torch.optim.AdamW([
            {"params": [p for n, p in params if "bias" not in n]},
            {"params": [p for n, p in params if "bias" in n], "weight_decay": 0.0},
        ])
        """,
    ),
    (
        SAFE,
        "a filter read twice",
        """
        import torch
        params = filter(lambda kv: kv[1].requires_grad, model.named_parameters())
        kept = [p for n, p in params if p.ndim > 1]
        rest = [p for n, p in params if p.ndim <= 1]
        opt = torch.optim.AdamW([{"params": kept}, {"params": rest, "weight_decay": 0.0}])
        """,
    ),
    (
        SAFE,
        "a generator expression read twice",
        """
        import torch
        params = (p for p in model.parameters() if p.requires_grad)
        print(sum(p.numel() for p in params))
        opt = torch.optim.AdamW([
            {"params": list(model.linear.parameters()), "weight_decay": 0.0},
            {"params": [p for p in params if p.shape[0] == 5], "weight_decay": 0.0},
        ])
        """,
    ),
    (
        SAFE,
        "zip of an iterator read twice",
        """
        import torch
        params = zip(model.parameters(), range(100))
        kept = [p for p, i in params if p.ndim > 1]
        rest = [p for p, i in params if p.ndim <= 1]
        opt = torch.optim.AdamW([{"params": kept, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}])
        """,
    ),
    (
        UNSAFE,
        "an iterator read twice, and a state is loaded",
        """
        import torch
        params = model.named_parameters()
        opt = torch.optim.AdamW([
            {"params": [p for n, p in params if "bias" not in n]},
            {"params": [p for n, p in params if "bias" in n], "weight_decay": 0.0},
        ])
        if args.resume:
            opt.load_state_dict(torch.load(args.resume))
        """,
    ),
    (
        MANUAL,
        "both for either",
        """
        import torch
        named = list(model.named_parameters())
        opt = torch.optim.AdamW([
            {"params": [p for n, p in named if "bias" not in n and "norm" not in n]},
            {"params": [p for n, p in named if "bias" in n and "norm" in n], "weight_decay": 0.0},
        ])
        """,
    ),
    (
        MANUAL,
        "two lists of names",
        """
        import torch
        no_decay, no_decay2 = ["bias", "norm"], ["bias"]
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in no_decay)]},
            {"params": [p for n, p in model.named_parameters() if any(nd in n for nd in no_decay2)], "weight_decay": 0},
        ])
        """,
    ),
    (
        MANUAL,
        "a parameter in two groups",
        """
        import torch
        no_decay, no_decay2 = ["bias"], ["bias", "norm"]
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in no_decay)]},
            {"params": [p for n, p in model.named_parameters() if any(nd in n for nd in no_decay2)], "weight_decay": 0},
        ])
        """,
    ),
    (
        MANUAL,
        "neither more than two dimensions nor fewer",
        """
        import torch
        kept, rest = [], []
        for p in model.parameters():
            if p.ndim > 2:
                kept.append(p)
            elif p.ndim < 2:
                rest.append(p)
        opt = torch.optim.AdamW([{"params": kept}, {"params": rest, "weight_decay": 0.0}])
        """,
    ),
)


_TORCH = """
import torch

class Written(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                grad, state = p.grad, self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                m, v = state["m"], state["v"]
                state["step"] += 1
                DECAY
                m.mul_(beta1).add_(grad, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                first, second = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
                STEP
"""
_STEP = 'p.addcdiv_(m / first, (v / second).sqrt().add_(group["eps"]), value=-group["lr"])'
_LOOP = " " * 16


def _written(decay: str, step: str = _STEP) -> str:
    """An optimizer of torch, written by hand, that can be measured."""
    lines = {
        name: dedent(code).strip().replace("\n", f"\n{_LOOP}") for name, code in (("DECAY", decay), ("STEP", step))
    }
    return _TORCH.replace("DECAY", lines["DECAY"]).replace("STEP", lines["STEP"])


STEPS = _specimens(
    "coupled-step",
    (SAFE, "the gradient of a parameter is changed in place", _written('grad.add_(p, alpha=group["weight_decay"])')),
    (
        SAFE,
        "under a condition, with a comment",
        _written(
            """
            if group["weight_decay"] != 0:  # zero by default
                grad = grad.add(p, alpha=group["weight_decay"])
            """
        ),
    ),
    (SAFE, "operators", _written('grad = grad + group["weight_decay"] * p')),
    (SAFE, "the other way round", _written('grad = p.data * group["weight_decay"] + grad')),
    (SAFE, "augmented", _written('wd = group["weight_decay"]\ngrad = grad.clone()\ngrad += wd * p')),
    (SAFE, "the old signature", _written('grad = torch.add(grad, p, alpha=group["weight_decay"])')),
    (
        SAFE,
        "the decay stands where the gradient is named",
        _written(
            'lr = group["lr"]\ng = grad + group["weight_decay"] * p\ngrad = g', _STEP.replace('group["lr"]', "lr")
        ),
    ),
    (
        SAFE,
        "the step is an assignment to the data",
        _written(
            'grad = grad.add(p.data, alpha=group["weight_decay"])',
            'p.data = p.data - group["lr"] * (m / first) / ((v / second).sqrt() + group["eps"])',
        ),
    ),
    (
        SAFE,
        "the step is augmented",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])',
            'p -= group["lr"] * (m / first) / ((v / second).sqrt() + group["eps"])',
        ),
    ),
    (
        SAFE,
        "lists of tensors",
        """
        import torch

        def written(params, grads, ms, vs, lr, beta1, beta2, weight_decay):
            grads = torch._foreach_add(grads, params, alpha=weight_decay)
            torch._foreach_lerp_(ms, grads, 1 - beta1)
            torch._foreach_mul_(vs, beta2)
            torch._foreach_addcmul_(vs, grads, grads, 1 - beta2)
            torch._foreach_addcdiv_(params, ms, torch._foreach_add(torch._foreach_sqrt(vs), 1e-8), -lr)
        """,
    ),
    (
        SAFE,
        "NumPy",
        """
        import numpy as np

        class Written:
            def update(self, w, grad):
                g = grad + self.decay * w
                self.m = self.beta1 * self.m + (1 - self.beta1) * g
                self.v = self.beta2 * self.v + (1 - self.beta2) * np.square(g)
                w -= self.lr * self.m / (np.sqrt(self.v) + 1e-8)
        """,
    ),
    (
        MANUAL,
        "a flag chooses",
        """
        def written(p, grad, m, v, lr, b1, b2, wd, decoupled=False):
            if not decoupled:
                grad = grad + wd * p
            m.lerp_(grad, 1 - b1)
            v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            p.addcdiv_(m, v.sqrt() + 1e-8, value=-lr)
        """,
    ),
    (
        MANUAL,
        "a helper adds the decay",
        """
        def decayed(grad, p, wd):
            return grad + wd * p

        def written(p, grad, m, v, lr, b1, b2, wd):
            grad = decayed(grad, p, wd)
            m.lerp_(grad, 1 - b1)
            v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            p.addcdiv_(m, v.sqrt() + 1e-8, value=-lr)
        """,
    ),
    (
        MANUAL,
        "the step is not in sight",
        """
        def update_fn(grad, p, m, v, b1, b2, weight_decay):
            grad = grad + weight_decay * p
            m = b1 * m + (1 - b1) * grad
            v = b2 * v + (1 - b2) * grad ** 2
            return m / (v ** 0.5 + 1e-8), m, v
        """,
    ),
    (
        MANUAL,
        "the step is taken in another loop",
        """
        def written(params, grads, ms, vs, lr, b1, b2, wd):
            for p, grad, m, v in zip(params, grads, ms, vs):
                grad.add_(p, alpha=wd)
                m.lerp_(grad, 1 - b1)
                v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            for p, m, v in zip(params, ms, vs):
                p.addcdiv_(m, v.sqrt() + 1e-8, value=-lr)
        """,
    ),
    (
        MANUAL,
        "other code reads the parameter before the step",
        _written('grad = grad.add(p, alpha=group["weight_decay"])\nstate["size"] = p.norm()'),
    ),
    (
        MANUAL,
        "the step has a learning rate of its own",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])\nlr_now = group["lr"] * min(1.0, state["step"] / 100)',
            _STEP.replace('group["lr"]', "lr_now"),
        ),
    ),
    (
        MANUAL,
        "the learning rate has no name",
        _written('grad = grad.add(p, alpha=group["weight_decay"])', _STEP.replace('group["lr"]', "0.001")),
    ),
    (
        MANUAL,
        "the copy of the gradient is changed in place",
        _written('grad = grad.add(p, alpha=group["weight_decay"])\ngrad.mul_(0.5)'),
    ),
    (
        MANUAL,
        "the decay is added within the moment",
        """
        def written(p, grad, m, v, lr, b1, b2, wd):
            m.mul_(b1).add_(grad + wd * p, alpha=1 - b1)
            v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
            p.addcdiv_(m, v.sqrt() + 1e-8, value=-lr)
        """,
    ),
    (
        SAFE,
        "the step is a function that writes to its `out`",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])',
            'torch.addcdiv(p, m / first, (v / second).sqrt() + group["eps"], value=-group["lr"], out=p)',
        ),
    ),
    (
        SAFE,
        "the step is a function whose result is bound to the data",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])',
            'p.data = torch.addcdiv(p.data, m / first, (v / second).sqrt() + group["eps"], value=-group["lr"])',
        ),
    ),
    (
        SAFE,
        "what is read before the step is the shape of the data",
        _written('grad = grad.add(p, alpha=group["weight_decay"])\nshape, size = p.data.shape, len(p)'),
    ),
    (
        MANUAL,
        "what is read before the step is handed to a function",
        _written('grad = grad.add(p, alpha=group["weight_decay"])\nprint(p.data)'),
    ),
    (MANUAL, "the first of three addends", _written('grad = group["weight_decay"] * p + grad + 0.0 * m')),
    (
        MANUAL,
        "the decay and more on the line of a condition",
        _written('if group["weight_decay"]: grad = 2 * grad + group["weight_decay"] * p'),
    ),
    (
        MANUAL,
        "the parameter is stepped under two names",
        _written('grad = grad.add(p, alpha=group["weight_decay"])', f"{_STEP}\nq = p\nq.add_(m, alpha=-1e-9)"),
    ),
    (
        MANUAL,
        "the step is an assignment to two",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])',
            'p.data, done = p.data - group["lr"] * (m / first) / ((v / second).sqrt() + group["eps"]), True',
        ),
    ),
    (
        MANUAL,
        "the step is a function by a name of its own",
        _written(
            'grad = grad.add(p, alpha=group["weight_decay"])',
            'from torch import addcdiv\naddcdiv(p, m, v.sqrt() + group["eps"], value=-group["lr"], out=p)',
        ),
    ),
)


IGNORED = _specimens(
    "ignored-key",
    (
        UNSAFE,
        "a key that the optimizer does not read",
        """
        import torch
        opt = torch.optim.AdamW([
            {"params": model.weights, "weight_decay_rate": 0.1},  # the matrices
            {"params": model.rest, 'weight_decay_rate': 0.0},
        ], lr=1e-3)
        """,
    ),
    (
        UNSAFE,
        "a key as a keyword, under a coupled optimizer",
        "from torch.optim import Adam\nopt = Adam([dict(params=model.weights, wd=args.wd), dict(params=model.rest)])",
    ),
    (
        UNSAFE,
        "groups in a name",
        """
        import torch
        groups = [{"params": model.weights, "l2": 0.1}]
        groups.append({"params": model.rest, "l2": 0.0})
        opt = torch.optim.AdamW(groups, lr=1e-3, weight_decay=0.2)
        """,
    ),
    (
        UNSAFE,
        "an optimizer of the program with a key of its own",
        """
        from torch.optim import Optimizer
        class Shrinking(Optimizer):
            def step(self):
                for group in self.param_groups:
                    for p in group["params"]:
                        p.data.mul_(1 - group["wd"])
        opt = Shrinking([{"params": model.weights, "weight_decay": 0.1}], {"wd": 0.5})
        """,
    ),
    (
        MANUAL,
        "a key that may mean something else",
        "from torch.optim import AdamW\nopt = AdamW([{'params': model.weights, 'decay': 0.1}, {'params': model.rest}])",
    ),
    (
        MANUAL,
        "the same groups for an optimizer that is not known",
        """
        import torch
        groups = [{"params": model.weights, "weight_decay_rate": 0.1}, {"params": model.rest}]
        opt = FusedAdam(groups) if args.fused else torch.optim.Adam(groups)
        """,
    ),
    (
        UNSAFE,
        "the same groups for two optimizers that read the same key",
        """
        import torch
        groups = [{"params": model.weights, "weight_decay_rate": 0.1}, {"params": model.rest, "weight_decay_rate": 0.0}]
        opt = torch.optim.AdamW(groups) if args.name == "adamw" else torch.optim.RAdam(groups)
        """,
    ),
    (
        UNSAFE,
        "a key written later",
        """
        import torch
        group = {"params": model.weights}
        group["wd"] = 0.1
        opt = torch.optim.AdamW([group, {"params": model.rest}])
        """,
    ),
)


_NET = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {}
model = Net()
"""
_PAIR = """
{}
opt = torch.optim.AdamW([
    {{"params": [p for n, p in model.named_parameters() if not any(nd in n for nd in no_decay)], "weight_decay": 0.1}},
    {{"params": [p for n, p in model.named_parameters() if any(nd in n for nd in no_decay)], "weight_decay": 0.0}},
], lr=1e-3)
"""


def _net(layers: str, texts: str = 'no_decay = ["bias", "LayerNorm.weight"]', rest: str = _PAIR) -> str:
    return _NET.format(layers) + rest.format(texts)


_LINEAR = "self.fc = nn.Linear(4, 4)"
_WHOLE = """
{}
opt = torch.optim.AdamW([
    {{"params": [p for n, p in model.named_parameters() if n not in no_decay], "weight_decay": 0.1}},
    {{"params": [p for n, p in model.named_parameters() if n in no_decay], "weight_decay": 0.0}},
], lr=1e-3)
"""
_COPIED = """
import os
{}
if "HALF" in os.environ:
    named = [(n, p.clone().detach().to("cpu").float().requires_grad_()) for n, p in model.named_parameters()]
else:
    named = list(model.named_parameters())
opt = torch.optim.AdamW([
    {{"params": [p for n, p in named if n not in no_decay], "weight_decay": 0.1}},
    {{"params": [p for n, p in named if n in no_decay], "weight_decay": 0.0}},
], lr=1e-3)
"""
_OTHER_MODEL = """
class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
other = Other()
groups = torch.optim.AdamW([
    {{"params": [p for n, p in other.named_parameters() if not any(nd in n for nd in no_decay)], "weight_decay": 0.1}},
    {{"params": [p for n, p in other.named_parameters() if any(nd in n for nd in no_decay)], "weight_decay": 0.0}},
])
"""


def _tested(kept: str, spared: str) -> str:
    """Two groups of the parameters that pass one test, and the other."""
    return f"""
opt = torch.optim.AdamW([
    {{{{"params": [p for n, p in model.named_parameters() if {kept}], "weight_decay": 0.1}}}},
    {{{{"params": [p for n, p in model.named_parameters() if {spared}], "weight_decay": 0.0}}}},
], lr=1e-3)
"""


UNMATCHED = _specimens(
    "unmatched-exclusion",
    (
        SAFE,
        "whole names, the parameters or copies of them by a condition",
        _net(f"self.LayerNorm = nn.LayerNorm(4); {_LINEAR}", rest=_COPIED),
    ),
    (
        SAFE,
        "norms with a beginning in common",
        _net(f"self.ln_1, self.ln_f = nn.LayerNorm(4), nn.LayerNorm(4); {_LINEAR}"),
    ),
    (SAFE, "norms with nothing in common", _net(f"self.ln, self.bn1 = nn.LayerNorm(4), nn.BatchNorm1d(4); {_LINEAR}")),
    (
        SAFE,
        "some of the norms are spared",
        _net(f"self.LayerNorm, self.norm = nn.LayerNorm(4), nn.LayerNorm(4); {_LINEAR}"),
    ),
    (
        SAFE,
        "a norm in a list of blocks",
        _net(
            'self.h = nn.ModuleList([nn.ModuleDict({"n2_norm": nn.LayerNorm(4), "b": nn.Linear(4, 4)}) for _ in "ab"])'
        ),
    ),
    (
        SAFE,
        "torch's own transformer",
        _net("self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2), 2)"),
    ),
    (
        SAFE,
        "texts of several lines in single quotes",
        _net(
            f"self.sa_layer_norm = nn.LayerNorm(4); {_LINEAR}",
            """no_decay = [
    'bias',
    'LayerNorm.weight',  # as in BERT
]""",
        ),
    ),
    (
        SAFE,
        "norms and biases in a tuple",
        _net(f"self.ln_1 = nn.GroupNorm(2, 4); {_LINEAR}", 'no_decay = ("bias", "norm")'),
    ),
    (
        SAFE,
        "norms by number: no text tells them, their dimensions do",
        _net("self.body = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))"),
    ),
    (
        SAFE,
        "whole names, and the texts are right",
        _net(f"self.LayerNorm = nn.LayerNorm(4); {_LINEAR}", rest=_WHOLE),
    ),
    (
        SAFE,
        "whole names, and a text is missing",
        _net(f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}", 'no_decay = ["bias", "gamma", "beta"]', _WHOLE),
    ),
    (
        SAFE,
        "a text that a weight has too",
        _net("self.norm_a, self.norm_proj = nn.LayerNorm(4), nn.Linear(4, 4)"),
    ),
    (
        SAFE,
        "one text after the other",
        _net(
            f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}",
            "",
            """
opt = torch.optim.AdamW([
    {{"params": [p for n, p in model.named_parameters() if "bias" not in n and "norm" not in n], "weight_decay": 0.1}},
    {{"params": [p for n, p in model.named_parameters() if "bias" in n or "norm" in n], "weight_decay": 0.0}},
])
""",
        ),
    ),
    (
        SAFE,
        "lists that a loop fills",
        _net(
            f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}",
            rest="""
{}
decay, rest = [], []
for name, param in model.named_parameters():
    if any(nd in name for nd in no_decay):
        rest.append(param)
    else:
        decay.append(param)
opt = torch.optim.AdamW([{{"params": decay, "weight_decay": 0.1}}, {{"params": rest, "weight_decay": 0.0}}])
""",
        ),
    ),
    (
        SAFE,
        "two tests that become one",
        _net(
            "self.bn, self.body = nn.BatchNorm1d(4), nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))",
            rest="""
decay, rest = [], []
for n, p in model.named_parameters():
    if "bn" in n or "bias" in n:
        rest.append(p)
    else:
        decay.append(p)
opt = torch.optim.AdamW([{{"params": decay, "weight_decay": 0.1}}, {{"params": rest, "weight_decay": 0.0}}])
""",
        ),
    ),
    (
        SAFE,
        "biases of a recurrent layer, in brackets",
        _net(
            "self.norm, self.rnn = nn.LayerNorm(4), nn.LSTM(4, 4)",
            rest="""
opt = torch.optim.AdamW([
    {{
        "params": [p for n, p in model.named_parameters() if not (n.endswith(".bias") or "norm" in n)],
        "weight_decay": 0.1,
    }},
    {{"params": [p for n, p in model.named_parameters() if n.endswith(".bias") or "norm" in n], "weight_decay": 0.0}},
])
""",
        ),
    ),
    (
        SAFE,
        "one of two lists, by a condition",
        _net(
            f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}",
            rest="""
{}
decay, rest = [], []
for n, p in model.named_parameters():
    (rest if any(nd in n for nd in no_decay) else decay).append(p)
opt = torch.optim.AdamW([{{"params": decay, "weight_decay": 0.1}}, {{"params": rest, "weight_decay": 0.0}}])
""",
        ),
    ),
    (
        UNSAFE,
        "a state is loaded",
        _net(f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}") + "if args.resume:\n    opt.load_state_dict(args.resume)\n",
    ),
    (
        MANUAL,
        "a part of the model is not known",
        _net(f"self.ln_1, self.encoder = nn.LayerNorm(4), make_encoder(); {_LINEAR}"),
    ),
    (
        MANUAL,
        "a part of the model with two norms is not known",
        _net(f"self.ln_1, self.ln_2, self.encoder = nn.LayerNorm(4), nn.LayerNorm(4), make_encoder(); {_LINEAR}"),
    ),
    (
        MANUAL,
        "other code reads the list",
        _net(f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}") + "report(no_decay)\n",
    ),
    (
        MANUAL,
        "dimensions say nothing",
        _net("self.body = nn.Sequential(nn.Conv2d(3, 4, 1), nn.LayerNorm([4, 8, 8]))"),
    ),
    (
        MANUAL,
        "a table of models",
        "from transformers import BertModel, GPT2Model\nimport torch\n"
        + 'model = {"bert": BertModel, "gpt2": GPT2Model}[args.name].from_pretrained(args.path)'
        + _PAIR.format('no_decay = ["bias", "LayerNorm.weight"]'),
    ),
    (
        MANUAL,
        "whole names of a model that is not known",
        "import torch" + _WHOLE.format('no_decay = ["bias", "LayerNorm.weight"]'),
    ),
    (
        SAFE,
        "a test of more than the names: the dimensions stand for all of it",
        _net(
            f"self.first = nn.LayerNorm(4); {_LINEAR}",
            "",
            _tested('"norm" not in n and "bias" not in n', '"norm" in n or "bias" in n'),
        ),
    ),
    (
        SAFE,
        "more norms than are named, and the default decay",
        _net(
            f"self.a, self.b, self.c, self.d = (nn.LayerNorm(4) for _ in range(4)); {_LINEAR}",
            rest=_PAIR.replace(', "weight_decay": 0.1', ""),
        ),
    ),
    (
        SAFE,
        "the decay of the constructor",
        _net(
            f"self.ln = nn.LayerNorm(4); {_LINEAR}",
            rest=_PAIR.replace(', "weight_decay": 0.1', "").replace("lr=1e-3", "lr=1e-3, weight_decay=0.1"),
        ),
    ),
    (
        MANUAL,
        "a list that serves two models",
        _net(f"self.ln = nn.LayerNorm(4); {_LINEAR}", rest=_PAIR + _OTHER_MODEL),
    ),
    (
        MANUAL,
        "a loop that gives the parameter no name",
        _net(
            f"self.first = nn.LayerNorm(4); {_LINEAR}",
            "",
            _tested('"norm" not in n[0] and "bias" not in n[0]', '"norm" in n[0] or "bias" in n[0]').replace(
                "p for n, p in", "n[1] for n in"
            ),
        ),
    ),
    (
        MANUAL,
        "a pair that is taken apart in the loop",
        _net(
            f"self.first = nn.LayerNorm(4); {_LINEAR}",
            """kept, rest = [], []
for pair in model.named_parameters():
    n, p = pair
    (rest if "norm" in n or "bias" in n else kept).append(p)
opt = torch.optim.AdamW([{"params": kept, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}])""",
            "\n{}\n",
        ),
    ),
    (
        MANUAL,
        "one name is compared",
        _net(f"self.ln = nn.LayerNorm(4); {_LINEAR}", "", _tested('n != "bias"', 'n == "bias"')),
    ),
    (
        MANUAL,
        "two texts that match nothing, each by itself",
        _net(
            f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}",
            "",
            _tested(
                '"bias" not in n and "LayerNorm" not in n and "layer_norm" not in n',
                '"bias" in n or "LayerNorm" in n or "layer_norm" in n',
            ),
        ),
    ),
    (
        MANUAL,
        "a text that matches nothing, in a name",
        _net(
            f"self.ln_1 = nn.LayerNorm(4); {_LINEAR}",
            'NORM = "LayerNorm"',
            "\n{}" + _tested('"bias" not in n and NORM not in n', '"bias" in n or NORM in n'),
        ),
    ),
    (
        MANUAL,
        "a test that is joined to another",
        _net(
            f"self.first = nn.LayerNorm(4); {_LINEAR}",
            "",
            _tested('(p.requires_grad or "norm" not in n) and "bias" not in n', '"norm" in n or "bias" in n'),
        ),
    ),
)


def _stepped(
    inner: str, build: str = "Adam(model.parameters(), lr=1e-3)", before: str = "", step: str = "opt.step()"
) -> str:
    """A training loop with some lines between the backward pass and the step."""
    body = indent(dedent(inner).strip(), "    ")
    head = f"import torch\n{dedent(before).lstrip()}opt = torch.optim.{build}\n"
    return f"{head}for x in loader:\n    opt.zero_grad()\n    model(x).sum().backward()\n{body}\n    {step}\n"


_ADDED = "for p in model.parameters():\n    p.grad.add_(p, alpha=1e-2)"

GRADIENTS = _specimens(
    "decay-in-gradient",
    (SAFE, "all of the optimizer's parameters", _stepped(_ADDED)),
    (SAFE, "λ in scope", _stepped("for p in model.parameters():\n    p.grad += wd * p", before="wd = 1e-2  # λ\n")),
    (SAFE, "a factor beside the loop", _stepped("wd = 1e-2\nfor p in model.parameters():\n    p.grad += wd * p")),
    (
        SAFE,
        "only where there is a gradient",
        _stepped("for p in model.parameters():\n    if p.grad is not None:\n        p.grad.add_(p, alpha=0.01)"),
    ),
    (
        SAFE,
        "skipping what has no gradient",
        _stepped("""
            # before the step
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is None:
                        continue
                    d_p = p.grad.data
                    d_p.add_(p.data, alpha=1e-2)
        """),
    ),
    (
        SAFE,
        "over the optimizer's groups",
        _stepped("for g in opt.param_groups:\n    for p in g['params']:\n        p.grad.data.add_(1e-2, p.data)"),
    ),
    (
        SAFE,
        "a list of gradients",
        _stepped(
            "grads = [p.grad for p in ps]\ntorch._foreach_add_(grads, ps, alpha=1e-2)",
            before="ps = list(model.parameters())\n",
        ),
    ),
    (SAFE, "a coupled decay is added", _stepped(_ADDED, "Adam(model.parameters(), lr=1e-3, weight_decay=1e-3)")),
    (
        SAFE,
        "unscaled before",
        _stepped(f"scaler.unscale_(opt)\n{_ADDED}", before="scaler = make()\n", step="scaler.step(opt)"),
    ),
    (UNSAFE, "a decoupled default", _stepped(_ADDED, "AdamW(model.parameters(), lr=1e-3)")),
    (UNSAFE, "a decoupled decay, written", _stepped(_ADDED, "AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)")),
    (
        UNSAFE,
        "clipped afterwards",
        _stepped(f"{_ADDED}\ntorch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"),
    ),
    (
        MANUAL,
        "a function of its own",
        _stepped("decay(1e-2)", before="def decay(wd):\n    for p in model.parameters():\n        p.grad += wd * p\n"),
    ),
    (
        MANUAL,
        "a hook",
        _stepped("pass") + "for p in model.parameters():\n    p.register_hook(lambda g, p=p: g + 1e-2 * p)\n",
    ),
    (
        MANUAL,
        "some of the parameters",
        _stepped("""
            for name, p in model.named_parameters():
                if "bias" not in name:
                    p.grad.add_(p, alpha=1e-2)
        """),
    ),
    (
        MANUAL,
        "one layer",
        _stepped("model.weight.grad.add_(model.weight, alpha=1e-2)", before="model = torch.nn.Linear(2, 2)\n"),
    ),
    (
        MANUAL,
        "under a condition",
        _stepped("if args.l2:\n    for p in model.parameters():\n        p.grad += 1e-2 * p"),
    ),
    (
        MANUAL,
        "λ of the groups",
        _stepped("""
            for g in opt.param_groups:
                for p in g["params"]:
                    p.grad.add_(p, alpha=g["weight_decay"])
        """),
    ),
    (
        MANUAL,
        "λ scheduled",
        _stepped("wd = wd * 0.9\nfor p in model.parameters():\n    p.grad += wd * p", before="wd = 1\n"),
    ),
    (MANUAL, "still scaled for half precision", _stepped(_ADDED, before="scaler = make()\n", step="scaler.step(opt)")),
    (
        MANUAL,
        "more often than the optimizer steps",
        _stepped(_ADDED, step="if x.last:\n        opt.step()"),
    ),
    (
        MANUAL,
        "twice before each step",
        _stepped("for _ in range(2):\n    for p in model.parameters():\n        p.grad.add_(p, alpha=1e-2)"),
    ),
    (MANUAL, "two optimizers", _stepped(_ADDED) + "other = torch.optim.SGD(critic.parameters(), lr=0.1)\n"),
    (
        MANUAL,
        "several groups",
        _stepped(_ADDED, "Adam([{'params': model.parameters()}, {'params': head.parameters()}], lr=1e-3)"),
    ),
    (MANUAL, "state loaded", _stepped(_ADDED) + "opt.load_state_dict(torch.load(args.resume))\n"),
    (
        MANUAL,
        "what the loop leaves is read",
        _stepped(f"{_ADDED}\nprint(p.grad.norm())"),
    ),
    (
        MANUAL,
        "a part of another expression",
        _stepped("for p in model.parameters():\n    log(p.grad.add_(p, alpha=1e-2))"),
    ),
    (
        MANUAL,
        "handed to an Adam of the program's own",
        """
        import numpy as np

        class Moments:
            def __init__(self, theta, rate):
                self.theta, self.rate = theta, rate
                self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)

            def update(self, gradient):
                self.theta = self.theta + self.direction(gradient)
                return self.theta

            def direction(self, gradient):
                self.m = 0.9 * self.m + 0.1 * gradient
                self.v = 0.99 * self.v + 0.01 * (gradient * gradient)
                return -self.rate * self.m / (np.sqrt(self.v) + 1e-8)

        optimizer = Moments(theta, 1e-2)
        theta = optimizer.update(-estimate(theta) + l2 * theta)
        """,
    ),
)

DOUBLES = _specimens(
    "double-decay",
    (
        MANUAL,
        "beside a default",
        _stepped(
            "for p in model.parameters():\n    p.data.mul_(1 - 1e-3 * 1e-2)", "AdamW(model.parameters(), lr=1e-3)"
        ),
    ),
    (
        MANUAL,
        "beside a decay that is known at run time",
        _stepped(
            "for g in opt.param_groups:\n  for p in g['params']:\n   p.data.add_(p.data, alpha=-g['lr'] * args.wd)",
            "Adam(model.parameters(), lr=1e-3, weight_decay=args.wd)",
        ),
    ),
    (
        MANUAL,
        "divided by a number",
        _stepped(
            "for p in model.parameters():\n    p.data.mul_(1 - 1e-3 * decay / parts)",
            "AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)",
            before="decay = 0.04\nparts = 4\n",
        ),
    ),
    (
        MANUAL,
        "beside one of two decays",
        _stepped(
            "for p in model.parameters():\n    p.data.mul_(1 - 1e-5)",
            "AdamW(model.parameters(), lr=1e-3, weight_decay=0.1 if large else 0.2)",
        ),
    ),
    (
        MANUAL,
        "beside groups that decay",
        _stepped(
            "for p in model.parameters():\n    p.data.mul_(1 - 1e-5)",
            "AdamW([{'params': model.parameters(), 'weight_decay': 0.1}], lr=1e-3)",
        ),
    ),
)

REMOVED = _specimens(
    "removed-adamw",
    (SAFE, "defaults", "from transformers import AdamW\nopt = AdamW(model.parameters(), lr=1e-3)"),
    (SAFE, "nothing but the parameters", "from transformers import AdamW\nopt = AdamW(model.parameters())"),
    (
        SAFE,
        "among other names",
        """
        from transformers import (
            AdamW,
            get_linear_schedule_with_warmup,
        )
        opt = AdamW(model.weights, lr=1e-3, weight_decay=0.1)
        """,
    ),
    (
        SAFE,
        "the last of other names, in a function",
        """
        def build(model):
            from transformers import get_linear_schedule_with_warmup, AdamW
            return AdamW(model.weights, lr=1e-3)
        opt = build(model)
        """,
    ),
    (
        SAFE,
        "under another name",
        "from transformers import AdamW as HFAdamW\nopt: HFAdamW = HFAdamW(model.parameters(), lr=1e-3, eps=1e-8)",
    ),
    (
        SAFE,
        "by position, with what torch lacks",
        """
        from transformers.optimization import AdamW
        opt = AdamW(model.weights, 1e-3, (0.9, 0.98), 1e-8, 0.1, True, True)
        """,
    ),
    (
        SAFE,
        "groups, one of them without a decay, and comments",
        """
        import transformers
        opt = transformers.AdamW(
            [
                {"params": model.weights, "weight_decay": 0.1},
                {"params": model.rest},
            ],
            lr=1e-3,  # the peak
            correct_bias=True,
            no_deprecation_warning=True,
        )
        """,
    ),
    (
        SAFE,
        "by way of a submodule",
        "from transformers import optimization\nopt = optimization.AdamW(model.parameters(), lr=1e-3)",
    ),
    (
        SAFE,
        "arguments in a dict that is known",
        """
        from transformers import AdamW
        settings = {"lr": 1e-3, "eps": 1e-8}
        opt = AdamW(model.weights, **settings)
        """,
    ),
    (
        SAFE,
        "built twice, with a state",
        """
        from transformers import AdamW
        opt = AdamW(model.weights, lr=1e-3)
        other = AdamW(model.rest, lr=1e-4, correct_bias=True)
        if args.resume:
            opt.load_state_dict(args.resume)
        """,
    ),
    (SAFE, "a star import", "from transformers import *\nopt = AdamW(model.parameters(), lr=1e-3)"),
    (
        SAFE,
        "a library that ended",
        "from pytorch_transformers import AdamW\nopt = AdamW(model.parameters(), lr=1e-3, correct_bias=True)",
    ),
    (
        SAFE,
        "imported and never read",
        """
        from transformers import AdamW, get_scheduler
        import torch
        opt = torch.optim.SGD(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "uncorrected bias",
        "from transformers import AdamW\nopt = AdamW(model.parameters(), lr=1e-3, correct_bias=False)",
    ),
    (
        MANUAL,
        "bias correction chosen at run time",
        "from transformers import AdamW\nopt = AdamW(model.parameters(), lr=1e-3, correct_bias=args.correct)",
    ),
    (
        MANUAL,
        "another optimizer",
        "from pytorch_pretrained_bert import BertAdam\nopt = BertAdam(model.parameters(), lr=1e-3, warmup=0.1)",
    ),
    (MANUAL, "unknown arguments", "from transformers import AdamW\nopt = AdamW(model.parameters(), **args.settings)"),
    (
        MANUAL,
        "in a registry",
        "from transformers import AdamW\nCLASSES = {'adamw': AdamW}\nopt = CLASSES[args.name](model.parameters())",
    ),
    (
        MANUAL,
        "a base class",
        "from transformers import AdamW\nclass Mine(AdamW):\n    pass\nopt = Mine(model.parameters())",
    ),
    (
        MANUAL,
        "in a partial",
        """
        from functools import partial
        from transformers import AdamW
        build = partial(AdamW, lr=1e-3)
        opt = build(model.parameters())
        """,
    ),
    (
        MANUAL,
        "told apart from others",
        """
        from transformers import AdamW
        opt = AdamW(model.parameters())
        assert isinstance(opt, AdamW)
        """,
    ),
    (
        MANUAL,
        "exported",
        "from transformers import AdamW\n__all__ = ['AdamW', 'opt']\nopt = AdamW(model.parameters(), lr=1e-3)",
    ),
    (
        MANUAL,
        "kept in a class",
        """
        class Plan:
            from transformers import AdamW, get_scheduler

            def build(self, model):
                return self.AdamW(model.parameters())
        """,
    ),
    (
        MANUAL,
        "looked up by a text",
        "from transformers import AdamW, get_scheduler\nopt = globals()[args.name](model.parameters())",
    ),
    (
        MANUAL,
        "a comment beside the name",
        """
        from transformers import (
            AdamW,  # with the fix of the decay
            get_scheduler,
        )
        opt = AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "the name of torch is taken",
        "import transformers\ntorch = None\nopt = transformers.AdamW(model.parameters(), lr=1e-3)",
    ),
    (
        MANUAL,
        "a bare generator",
        "from transformers import AdamW\nopt = AdamW(p for p in model.parameters())",
    ),
    (
        MANUAL,
        "a library that is imported and used on one line",
        "import transformers; opt = transformers.AdamW(model.parameters(), lr=1e-3)",
    ),
    (
        MANUAL,
        "a library that is imported on the line of a condition",
        """
        if model: import transformers
        opt = transformers.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "a library that is imported on the last line",
        """
        def build(model):
            return transformers.AdamW(model.parameters(), lr=1e-3)
        import transformers""",
    ),
    (
        MANUAL,
        "a class that is imported on the line of a condition",
        """
        if model: from transformers import AdamW
        opt = AdamW(model.parameters(), lr=1e-3)
        """,
    ),
    (
        MANUAL,
        "an argument that torch lacks, in a dict",
        """
        from transformers import AdamW
        options = {"lr": 1e-3, "correct_bias": True}
        opt = AdamW(model.parameters(), **options)
        """,
    ),
    (SAFE, "an import of it alone, never read", "from transformers import AdamW\nimport torch"),
)

DEFAULTS = _specimens(
    "default-decay",
    (SAFE, "nothing written", "import torch\nopt = torch.optim.AdamW(model.parameters(), lr=1e-3)"),
    (SAFE, "only the parameters", "from torch.optim import AdamW\nopt = AdamW(model.parameters())"),
    (
        SAFE,
        "a group without a decay",
        """
        import torch
        opt = torch.optim.AdamW(
            [
                {"params": model.weights, "weight_decay": 0.1},
                {"params": model.rest},  # biases
            ],
            lr=1e-3,  # the peak
        )
        """,
    ),
    (
        SAFE,
        "arguments in a dict that is known",
        "import torch\nsettings = {'lr': 1e-3}\nopt = torch.optim.AdamW(model.parameters(), **settings)",
    ),
    (MANUAL, "a bare generator", "import torch\nopt = torch.optim.AdamW(p for p in model.parameters())"),
    (
        SAFE,
        "behind another optimizer",
        """
        import torch
        plain = torch.optim.Adam(model.parameters(), lr=1e-3)
        opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
        """,
    ),
)

VANISHING = _specimens(
    "vanishing-decay",
    (MANUAL, "in the call", "import torch\nopt = torch.optim.AdamW(model.weights, lr=1e-4, weight_decay=1e-5)"),
    (
        MANUAL,
        "by position",
        "import torch\nopt = torch.optim.AdamW(model.weights, 1e-4, (0.9, 0.99), 1e-8, 1e-5)",
    ),
    (
        MANUAL,
        "in a group",
        """
        import torch
        groups = [{"params": model.weights, "weight_decay": 1e-7}, {"params": model.rest}]
        opt = torch.optim.AdamW(groups, lr=1e-3, weight_decay=0)
        """,
    ),
)


def _penalised(
    add: str, build: str = "Adam(model.parameters(), lr=1e-3)", before: str = "", backward: str = "loss.backward()"
) -> str:
    """A training loop whose loss is given a penalty."""
    body = indent(dedent(add).strip(), "    ")
    head = f"import torch\n{dedent(before).lstrip()}opt = torch.optim.{build}\n"
    start = "for x, y in loader:\n    opt.zero_grad()\n    loss = criterion(model(x), y)\n"
    return f"{head}{start}{body}\n    {backward}\n    opt.step()\n"


_SQUARES = "sum(p.pow(2).sum() for p in model.parameters())"

PENALTIES = _specimens(
    "l2-in-loss",
    (SAFE, "all parameters", _penalised(f"loss += 1e-4 * {_SQUARES}")),
    (SAFE, "the factor in scope", _penalised(f"loss += lam / 2 * {_SQUARES}", before="lam = 1e-4\n")),
    (
        SAFE,
        "beside a coupled decay",
        _penalised(f"loss += 1e-4 * {_SQUARES}", "Adam(model.parameters(), lr=1e-3, weight_decay=1e-3)"),
    ),
    (UNSAFE, "beside a decoupled decay", _penalised(f"loss += 1e-4 * {_SQUARES}", "AdamW(model.parameters())")),
    (UNSAFE, "the loss is divided", _penalised(f"loss = (loss + 1e-4 * {_SQUARES}) / 4")),
    (
        UNSAFE,
        "in the name of a sum",
        _penalised(f"reg = {_SQUARES}\nloss = loss + 1e-4 * reg\nearly_stopping(loss)"),
    ),
    (SAFE, "the name of a sum", _penalised(f"reg = 1e-4 * {_SQUARES}\nloss = loss + reg")),
    (MANUAL, "a norm that is not squared", _penalised("loss += 1e-4 * sum(p.norm() for p in model.parameters())")),
    (
        MANUAL,
        "a norm whose order is an option",
        _penalised("loss += 1e-4 * sum(p.norm(args.order) for p in model.parameters())"),
    ),
    (MANUAL, "a mean", _penalised("loss += 1e-4 * sum(p.pow(2).mean() for p in model.parameters())")),
    (
        MANUAL,
        "some of the parameters",
        _penalised("""
            loss += 1e-4 * sum(p.pow(2).sum() for n, p in model.named_parameters() if "bias" not in n)
        """),
    ),
    (
        MANUAL,
        "the name of a sum over some of them",
        _penalised("""
            reg = sum(p.pow(2).sum() for n, p in model.named_parameters() if "bias" not in n)
            loss = loss + reg
        """),
    ),
    (
        MANUAL,
        "one layer",
        _penalised("loss += 1e-4 * model.weight.pow(2).sum()", before="model = torch.nn.Linear(2, 2)\n"),
    ),
    (
        MANUAL,
        "a mean over terms",
        _penalised(f"loss = torch.stack([loss, 1e-4 * {_SQUARES}]).mean()"),
    ),
    (MANUAL, "under a condition", _penalised(f"if epoch > 3:\n    loss += 1e-4 * {_SQUARES}")),
    (MANUAL, "two losses", _penalised(f"other(x).backward()\nloss += 1e-4 * {_SQUARES}")),
    (MANUAL, "an unbound factor", _penalised(f"loss += lam * {_SQUARES}")),
    (MANUAL, "no decoupled form", _penalised(f"loss += 1e-4 * {_SQUARES}", "Adamax(model.parameters())")),
    (MANUAL, "other parameters", _penalised(f"loss += 1e-4 * {_SQUARES}", "Adam(model.head.parameters(), lr=1e-3)")),
    (MANUAL, "parameters that are not known", _penalised(f"loss += 1e-4 * {_SQUARES}", "Adam(given, lr=1e-3)")),
    (MANUAL, "state loaded", _penalised(f"opt.load_state_dict(state)\nloss += 1e-4 * {_SQUARES}")),
    (
        MANUAL,
        "two optimizers",
        _penalised(f"loss += 1e-4 * {_SQUARES}") + "other = torch.optim.SGD(critic.parameters(), lr=0.1)\n",
    ),
    (
        MANUAL,
        "the factor is an argument",
        "import torch\n\ndef train(model, loader, lam):\n"
        + indent(_penalised(f"loss += lam * {_SQUARES}").removeprefix("import torch\n"), "    ")
        + "\ntrain(net, data, 0.01)\n",
    ),
)

CHAINS = _specimens(
    "misplaced-decay",
    (
        SAFE,
        "behind an optimizer",
        "import optax\ntx = optax.chain(optax.adam(1e-3), optax.add_decayed_weights(1e-4, mask=matrices))",
    ),
    (
        SAFE,
        "behind the learning rate",
        """
        import optax
        tx = optax.chain(
            optax.scale_by_adam(),
            optax.scale_by_learning_rate(1e-3),
            optax.add_decayed_weights(1e-4, mask=matrices),
        )
        """,
    ),
)

SWITCHED = _specimens(
    "coupled-decay",
    (
        SAFE,
        "a regularizer's coefficient",
        """
        import paddle
        opt = paddle.optimizer.Adam(parameters=weights, weight_decay=paddle.regularizer.L2Decay(1e-4))
        """,
    ),
    (
        SAFE,
        "a default that is sent through the gradient",
        """
        from fastai.optimizer import Adam
        opt = Adam(model.parameters(), lr=1e-3, decouple_wd=False)
    """,
    ),
)
