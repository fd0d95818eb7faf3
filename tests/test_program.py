"""Programs of more than one file: what decides may stand in another file, and each finding is reported once."""

import json
from pathlib import Path

import pytest

from adamw_lint.engine import fix, lint, read
from adamw_lint.settings import Settings, load

TRAIN = """
import torch
from model import Net

model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for x, y in batches:
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
"""
PENALTY = """
def weight_penalty(model, scale):
    total = 0.0
    for p in model.parameters():
        total = total + p.pow(2).sum()
    return scale * total
"""

RANK = """
import torch

class RankLoss(torch.nn.Module):
    def forward(self, one, two, model_params):
        loss = -torch.log(torch.sigmoid(one - two)).mean()
        reg = 0
        for p in model_params:
            reg += torch.norm(p, p=2)
        return loss + 1e-4 * reg
"""
RANKED = """
import torch
from losses import RankLoss

def train(model, batches):
    criterion = RankLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for x, y in batches:
        loss = criterion(model(x), model(y), model.parameters())
        loss.backward()
        optimizer.step()
"""
HEADED = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 1)
        self.table = nn.Embedding(4, 4)
"""
SSD = """
from keras import layers, models
from keras.regularizers import l2

def build(size, l2_reg=5e-4):
    return models.Sequential([layers.Conv2D(size, 3, kernel_regularizer=l2(l2_reg)), layers.Dense(2)])
"""
WRAPPED = """
from keras import layers, models
from keras.regularizers import l2

class Player:
    def __init__(self, config):
        self.config = config
        self.model = None

    def build(self):
        inputs = layers.Input((8,))
        self.model = models.Model(inputs, layers.Dense(2, kernel_regularizer=l2(self.config.l2))(inputs))
"""
WORKER = """
from keras.optimizers import Adam
from player import Player

class Worker:
    def __init__(self, config):
        self.player = None

    def start(self):
        self.player = self.loaded()
        self.player.model.compile(optimizer=Adam(), loss="mse")

    def loaded(self):
        player = Player(self.config)
        player.build()
        return player
"""
SHOWN = """
from keras.optimizers import Adam
from net import build

model = build(64)
model.compile(optimizer=Adam(1e-3), loss="mse")
model.load_weights("ssd.h5")
print(model.predict(x))
"""
FITTED = "model.fit_generator(generator)\n"


def _notebook(code: str) -> str:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": code,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


SCHEDULE = """
def shrink(opt):
    for group in opt.param_groups:
        group["weight_decay"] = group["wd"]
"""

RECOMMENDER = """
import torch
from torch import nn

class Recommender(nn.Module):
    def __init__(self):
        super().__init__()
        self.users = nn.Embedding(10, 4)

    def penalty(self):
        return self.users.weight.norm(2) ** 2

    def calculate_loss(self, batch):
        return self.users(batch).sum() + 1e-4 * self.penalty()
"""
TRAINER = """
import torch

class Trainer:
    def __init__(self, model, rate):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters(), lr=rate)

    def epoch(self, batches, compare=None):
        compare = compare or self.model.calculate_loss
        for batch in batches:
            loss = compare(batch)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
"""
LAYERS = """
from keras.layers import Conv2D, Input
from keras.models import Model
from keras.regularizers import l2
from tools import compose

def conv(filters):
    return Conv2D(filters, 3, kernel_regularizer=l2(5e-4))

def network():
    inputs = Input((32, 32, 3))
    return Model(inputs, compose(conv(8), conv(16))(inputs))
"""
TOOLS = "def compose(*layers):\n    return lambda x: layers[-1](x)\n"
COMPILED = """
from keras.optimizers import Adam
from net import network

model = network()
model.compile(Adam(1e-3), "mse")
"""

PROGRAMS: dict[str, tuple[dict[str, str], set[str]]] = {
    "a class that another file re-exports": (
        {
            "optimizers.py": "from torch.optim import Adam as BaseAdam\nAdam = BaseAdam\n",
            "train.py": "from optimizers import Adam\nopt = Adam(model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a penalty behind a method, whose name alone a trainer knows": (
        {
            "models/one.py": RECOMMENDER,
            "trainer.py": TRAINER.replace("compare = compare or self.model.calculate_loss", "").replace(
                "compare(batch)", "self.model.calculate_loss(batch)"
            ),
        },
        {"models/one.py:11 l2-in-loss"},
    ),
    "a method of a model of another file, moved to a device, lists what is trained": (
        {
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    def trained(self):\n"
            "        return list(self.student.parameters()) + list(self.head.parameters())\n",
            "train.py": "import torch\nfrom model import Net\n\nmodel = Net().to('cuda')\n"
            "optimizer = torch.optim.AdamW(model.trained(), lr=1e-3)\n",
        },
        {"train.py:5 decayed-norms"},
    ),
    "an optimizer that a function of a third file builds": (
        {
            "model.py": RECOMMENDER,
            "optimizers.py": "import torch\n\ndef build(model, rate):\n"
            "    return torch.optim.Adam(model.parameters(), lr=rate)\n",
            "train.py": "from model import Recommender\nfrom optimizers import build\n\ndef train(batches):\n"
            "    model = Recommender()\n    optimizer = build(model, 1e-3)\n    for batch in batches:\n"
            "        loss = model.calculate_loss(batch)\n        loss.backward()\n        optimizer.step()\n",
        },
        {"model.py:11 l2-in-loss"},
    ),
    "an optimizer that a class above builds": (
        {
            "above.py": "import torch\nimport lightning as L\n\nclass Above(L.LightningModule):\n"
            "    def configure_optimizers(self):\n        return torch.optim.Adam(self.parameters(), lr=1e-3)\n",
            "net.py": "from above import Above\n\nclass Net(Above):\n    def training_step(self, batch, index):\n"
            "        return self.loss(batch) + 1e-4 * sum(p.pow(2).sum() for p in self.parameters())\n",
        },
        {"net.py:5 l2-in-loss"},
    ),
    "a penalty behind a method that a trainer keeps, uncalled": (
        {"models/one.py": RECOMMENDER, "trainer.py": TRAINER},
        {"models/one.py:11 l2-in-loss"},
    ),
    "a penalty behind a method, trained by the nearest file and not by what is further away": (
        {
            "a/model.py": RECOMMENDER,
            "a/trainer.py": TRAINER.replace("Adam", "SGD"),
            "b/deeper/trainer.py": TRAINER,
        },
        set(),
    ),
    "a layer that a function of a third file composes": (
        {"net.py": LAYERS, "tools.py": TOOLS, "train.py": COMPILED},
        {"net.py:8 l2-in-loss"},
    ),
    "a model that more files run than train it": (
        {
            "net.py": LAYERS.replace("compose(conv(8), conv(16))(inputs)", "conv(8)(inputs)"),
            **{f"demo{i}.py": "from net import network\nprint(network())\n" for i in range(6)},
            "train.py": COMPILED,
        },
        {"net.py:8 l2-in-loss"},
    ),
    "a class of a package, through its __init__": (
        {
            "lib/__init__.py": "from .optim import *\n",
            "lib/optim.py": "from torch.optim import Adam\n",
            "train.py": "import lib\nopt = lib.Adam(model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a class derived in another file": (
        {
            "optimizers.py": "import torch\n\nclass Plain(torch.optim.Adam):\n    pass\n",
            "train.py": "from optimizers import Plain\nopt = Plain(model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a class of the program that only has a library's name": (
        {
            "optimizers.py": "class Adam:\n    def __init__(self, params, weight_decay): ...\n",
            "train.py": "from optimizers import Adam\nopt = Adam(model.parameters(), weight_decay=0.1)\n",
        },
        set(),
    ),
    "a key of groups that a scheduler in another file reads": (
        {
            "groups.py": "import torch\n\ndef build(m):\n    return torch.optim.AdamW([{'params': m.w, 'wd': 0.1}])\n",
            "schedule.py": SCHEDULE,
            "train.py": "from groups import build\nfrom schedule import shrink\nshrink(build(model))\n",
        },
        set(),
    ),
    "a key of groups that only settings and a file of another program have": (
        {
            "groups.py": "import torch\n\ndef build(m):\n    return torch.optim.AdamW([{'params': m.w, 'wd': 0.1}])\n",
            "other.py": SCHEDULE,
            "train.py": "from groups import build\nbuild(model)\nprint(cfg['wd'], args.cfg['wd'])\n",
        },
        {"groups.py:4 ignored-key"},
    ),
    "a class by a star import after the library's": (
        {
            "utils.py": "class Adam:\n    def __init__(self, params, weight_decay): ...\n",
            "train.py": "from torch.optim import *\nfrom utils import *\n"
            "opt = Adam(model.parameters(), weight_decay=0.1)\n",
        },
        set(),
    ),
    "a library that comes by a star import": (
        {
            "utils/__init__.py": "from utils.torch import *\n",
            "utils/torch.py": "import torch\n",
            "train.py": "from utils import *\nopt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a dict of classes that another file has": (
        {
            "registry.py": "from torch.optim import SGD, Adam\nCLASSES = {'sgd': SGD, 'adam': Adam}\n",
            "train.py": "from registry import CLASSES\nopt = CLASSES['adam'](model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a factory is reported where it builds": (
        {
            "factory.py": "from torch.optim import Adam\n\ndef build(cfg, model):\n"
            "    return Adam(model.parameters(), weight_decay=cfg.wd)\n",
            "train.py": "from torch.optim import Adam\nfrom factory import build\nopt = build(cfg, model)\n",
        },
        {"factory.py:4 coupled-decay"},
    ),
    "a project whose root has an __init__ too": (
        {
            "__init__.py": "",
            "setup.py": "",
            "lib/__init__.py": "",
            "lib/optim.py": "from torch.optim import Adam as Optimizer\n",
            "train.py": "from lib.optim import Optimizer\nopt = Optimizer(model.parameters(), weight_decay=0.1)\n",
        },
        {"train.py:2 coupled-decay"},
    ),
    "a notebook that compiles a model to look at what it gives": (
        {
            "net.py": SSD,
            "show.ipynb": _notebook(SHOWN),
            "train.ipynb": _notebook(SHOWN.replace("Adam", "SGD") + FITTED),
        },
        set(),
    ),
    "a notebook that compiles a model and trains it": (
        {"net.py": SSD, "train.ipynb": _notebook(SHOWN + FITTED)},
        {"net.py:6 l2-in-loss"},
    ),
    "a model that an object keeps, which another object keeps": (
        {"player.py": WRAPPED, "worker.py": WORKER},
        {"player.py:12 l2-in-loss"},
    ),
    "an object that may be of two classes": (
        {"player.py": WRAPPED, "worker.py": WORKER.replace("self.player = None", "self.player = other(config)")},
        set(),
    ),
    "what keeps a model of the same name": (
        {"player.py": WRAPPED, "worker.py": WORKER.replace("self.player.model", "self.config.model")},
        set(),
    ),
    "scripts that are run within a package": (
        {
            "pkg/__init__.py": "",
            "pkg/learning/base.py": "import torch\n\nclass Agent:\n    def __init__(self, net):\n"
            "        self.net = net\n        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3)\n",
            "pkg/learning/agent.py": "import learning.base as base\n\nclass Decaying(base.Agent):\n"
            "    def train(self, x):\n        loss = self.net(x).mean()\n"
            "        loss += 1e-4 * sum(p.pow(2).sum() for p in self.net.parameters())\n        loss.backward()\n"
            "        self.optimizer.step()\n",
        },
        {"pkg/learning/agent.py:6 l2-in-loss"},
    ),
    "a package of the name of a library": (
        {
            "pkg/__init__.py": "",
            "pkg/torch/__init__.py": "class optim:\n    Adam = None\n",
            "pkg/torch/train.py": "import torch\n\nopt = torch.optim.Adam(model.parameters(), weight_decay=0.1)\n",
        },
        {"pkg/torch/train.py:3 coupled-decay"},
    ),
    "files that import each other": (
        {
            "one.py": "from two import Adam\nopt = Adam(model.parameters(), weight_decay=0.1)\n",
            "two.py": "from one import Adam\n",
        },
        set(),
    ),
    "a penalty made in one file and added in another": (
        {
            "losses.py": PENALTY,
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    pass\n",
            "train.py": TRAIN.replace("from model", "from losses import weight_penalty\nfrom model").replace(
                "y)\n    loss", "y) + weight_penalty(model, 1e-4)\n    loss"
            ),
        },
        {"losses.py:5 l2-in-loss"},
    ),
    "a penalty on tensors that a function of another file is handed": (
        {
            "losses.py": "import torch\n\ndef l2_reg(by, *ws):\n    return by * sum(torch.norm(w) for w in ws)\n",
            "model.py": HEADED,
            "train.py": TRAIN.replace("from model", "from losses import l2_reg\nfrom model").replace(
                "y)\n    loss", "y) + l2_reg(1e-4, model.head.weight)\n    loss"
            ),
        },
        {"train.py:9 l2-in-loss"},
    ),
    "a loss of another file that is handed the parameters": (
        {
            "losses.py": RANK,
            "train.py": RANKED,
        },
        {"losses.py:9 l2-in-loss"},
    ),
    "the same that is handed embeddings": (
        {
            "losses.py": RANK,
            "train.py": RANKED.replace("y), model.parameters()", "y), [model(x), model(y)]"),
        },
        set(),
    ),
    "a penalty of a module on tensors that it is handed": (
        {
            "losses.py": "import torch\n\ndef l2_reg(by, w):\n    return by * torch.norm(w)\n",
            "model.py": HEADED,
            "train.py": TRAIN.replace("from model", "import losses as own\nfrom model").replace(
                "y)\n    loss", "y) + own.l2_reg(1e-4, model.head.weight)\n    loss"
            ),
        },
        {"train.py:9 l2-in-loss"},
    ),
    "the same on rows of a table": (
        {
            "losses.py": "import torch\n\ndef l2_reg(by, *ws):\n    return by * sum(torch.norm(w) for w in ws)\n",
            "model.py": HEADED,
            "train.py": TRAIN.replace("from model", "from losses import l2_reg\nfrom model").replace(
                "y)\n    loss", "y) + l2_reg(1e-4, model.table(x), model.table.weight[y])\n    loss"
            ),
        },
        set(),
    ),
    "a penalty on a layer by an object and of a class of other files": (
        {
            "losses.py": "from torch import nn\n\nclass RegLoss(nn.Module):\n    def forward(self, parameters):\n"
            "        total = None\n        for w in parameters:\n"
            "            total = w.norm(2) if total is None else total + w.norm(2)\n        return total\n",
            "layers.py": "from torch import nn\n\nclass Attention(nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n        self.w = nn.Linear(4, 4)\n",
            "train.py": "import torch\nfrom torch import nn\nfrom layers import Attention\nfrom losses import RegLoss\n"
            "\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.attention = Attention()\n        self.reg_loss = RegLoss()\n\n"
            "    def loss(self, x, y):\n        penalty = self.reg_loss([self.attention.w.weight])\n"
            "        return criterion(self(x), y) + 1e-4 * penalty\n\n"
            "model = Net()\noptimizer = torch.optim.Adam(model.parameters(), lr=1e-3)\n"
            "for x, y in batches:\n    model.loss(x, y).backward()\n    optimizer.step()\n",
        },
        {"train.py:14 l2-in-loss"},
    ),
    "a penalty in a method that the trainer calls": (
        {
            "model.py": "import torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def penalty(self):\n"
            "        return 1e-4 * sum(p.pow(2).sum() for p in self.parameters())\n",
            "train.py": TRAIN.replace("y)\n    loss", "y) + model.penalty()\n    loss"),
        },
        {"model.py:6 l2-in-loss"},
    ),
    "a penalty beside an optimizer that a caller hands over": (
        {
            "step.py": "def step(net, optimizer, x, y):\n    loss = (net(x) - y).pow(2).mean()\n"
            "    for p in net.parameters():\n        loss += 1e-3 * p.pow(2).sum()\n    loss.backward()\n"
            "    optimizer.step()\n",
            "train.py": "import torch\nfrom step import step\n\noptimizer = torch.optim.Adam(net.parameters())\n"
            "step(net, optimizer, x, y)\n",
        },
        {"step.py:4 l2-in-loss"},
    ),
    "the same beside an SGD": (
        {
            "step.py": "def step(net, optimizer, x, y):\n    loss = (net(x) - y).pow(2).mean()\n"
            "    for p in net.parameters():\n        loss += 1e-3 * p.pow(2).sum()\n    loss.backward()\n"
            "    optimizer.step()\n",
            "train.py": "import torch\nfrom step import step\n\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            "step(net, optimizer, x, y)\n",
        },
        set(),
    ),
    "a penalty that a notebook adds": (
        {
            "losses.py": PENALTY,
            "train.ipynb": json.dumps(
                {
                    "cells": [
                        {"cell_type": "markdown", "source": ["Training"]},
                        {
                            "cell_type": "code",
                            "source": ["%matplotlib inline\n", "import torch, losses\n", "!nvidia-smi"],
                        },
                        {"cell_type": "code", "source": "opt = torch.optim.Adam(net.parameters())"},
                        {
                            "cell_type": "code",
                            "source": "%%time\nloss = nll(net(x), y) + losses.weight_penalty(net, 0.1)\n"
                            "loss.backward()\nopt.step()",
                        },
                        {"cell_type": "code", "source": ["%%bash\n", "echo it's no Python"]},
                    ]
                }
            ),
        },
        {"losses.py:5 l2-in-loss"},
    ),
    "weights that a method of every model in sight gives": (
        {
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    def get_weights(self):\n"
            "        return [p for n, p in self.named_parameters() if 'bias' not in n]\n",
            "train.py": TRAIN.replace(
                "y)\n    loss", "y) + 1e-4 * sum(w.pow(2).sum() for w in unknown.get_weights())\n    loss"
            ),
        },
        {"train.py:8 l2-in-loss"},
    ),
    "weights that a method gives, and something else by the same name": (
        {
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    def get_weights(self):\n"
            "        return [p for n, p in self.named_parameters() if 'bias' not in n]\n",
            "data.py": "class Data:\n    def get_weights(self):\n        return self.sample_weights\n",
            "train.py": TRAIN.replace(
                "y)\n    loss", "y) + 1e-4 * sum(w.pow(2).sum() for w in unknown.get_weights())\n    loss"
            ),
        },
        set(),
    ),
    "a penalty that nothing adds": (
        {
            "losses.py": PENALTY,
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    pass\n",
            "train.py": TRAIN,
        },
        set(),
    ),
    "parameters that a model of another file keeps in a list": (
        {
            "model.py": "from torch import nn\n\nclass Net(nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n        self.first = nn.Linear(2, 2)\n"
            "        self.reg_params = list(self.first.parameters())\n",
            "train.py": TRAIN.replace(
                "y)\n    loss", "y) + 1e-4 * sum((p ** 2).sum() for p in model.reg_params)\n    loss"
            ),
        },
        {"train.py:8 l2-in-loss"},
    ),
}


def _write(folder: Path, files: dict[str, str]) -> None:
    (folder / "pyproject.toml").write_text("")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def _found(path: Path, folder: Path) -> set[str]:
    name = path.relative_to(folder).as_posix()
    return {
        f"{name}:{source.place(each.span).here.line} {each.rule}"
        for source in read(str(path), Settings(frozenset()))
        for each in lint(source, load(folder, {}))
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_decides_may_stand_in_another_file(name: str, tmp_path: Path) -> None:
    files, expected = PROGRAMS[name]
    _write(tmp_path, files)
    assert set().union(*(_found(tmp_path / each, tmp_path) for each in files if each.endswith(".py"))) == expected


def test_a_fix_never_edits_another_file(tmp_path: Path) -> None:
    files, _ = PROGRAMS["a class that another file re-exports"]
    _write(tmp_path, files)
    (source,) = read(str(tmp_path / "train.py"), Settings(frozenset()))
    fixed = fix(source, load(tmp_path, {}), unsafe=True)
    assert fixed.source == source
    assert "`optimizers.py`" in fixed.remaining[0].help


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    files, expected = PROGRAMS["a class that another file re-exports"]
    _write(tmp_path, files)
    assert _found(tmp_path / "train.py", tmp_path) == expected
    (tmp_path / "optimizers.py").write_text("from torch.optim import AdamW\nAdam = AdamW  # what it is called now\n")
    assert _found(tmp_path / "train.py", tmp_path) == {"train.py:2 decayed-norms"}
