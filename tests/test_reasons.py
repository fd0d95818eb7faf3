"""Why a fix is left to the reader's hand, where no page shows it: one program for each reason."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
from pages import only, project, rewritten, source_of

from adamw_lint.diagnostics import Safety
from adamw_lint.engine import lint
from adamw_lint.read.source import Source

PENALTY, NORMS, COUPLED = "l2-in-loss", "decayed-norms", "coupled-decay"
OF = re.compile(" of (?:MLX|Paddle|a chain)$")  # one reason, given by two modules
MODEL = "m = keras.Sequential([keras.layers.Dense(4, kernel_regularizer=keras.regularizers.l2(1e-3)){more}])\n"
COMPILED = 'm.compile(optimizer="adam", loss="mse")\n'
ADDED = "m.add_loss(lambda: 1e-3 * sum(keras.ops.sum(keras.ops.square(w)) for w in {of}.trainable_weights))\n"
PLAIN = "m = keras.Sequential([keras.layers.Dense(4)])\n"


def of_layers(model: str = MODEL, compiled: str = COMPILED, head: str = "import keras\n", more: str = "") -> str:
    return head + model.replace("{more}", more) + compiled


def layer(regularizer: str, before: str = "", made: str = "keras.layers.Dense(4, kernel_regularizer=REG)") -> str:
    return of_layers(f"{before}m = keras.Sequential([{made.replace('REG', regularizer)}])\n")


def added(of: str = "m", compiled: str = 'm.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")\n') -> str:
    return of_layers(PLAIN + ADDED.replace("{of}", of), compiled)


def trained(
    built: str,
    gradient: str = "grads = jax.grad(loss_fn)(params, x)",
    applied: str = "params = optax.apply_updates(params, updates)",
) -> str:
    """A penalty in the loss of JAX."""
    return f"""\
import jax
import optax
from flax.training import checkpoints
{built}
def loss_fn(params, x):
    return data(params, x) + 1e-3 * optax.global_norm(params) ** 2
{gradient}
updates, state = tx.update(grads, state)
{applied}
"""


def in_torch(built: str) -> str:
    """A penalty in the loss of torch."""
    return f"""\
import torch
{built}
for x, y in loader:
    opt.zero_grad()
    loss = criterion(model(x), y)
    loss += 1e-4 * sum(p.pow(2).sum() for p in model.parameters())
    loss.backward()
    opt.step()
"""


L2 = "keras.regularizers.l2(1e-3)"
BY_HAND = {
    "an L1 penalty is a part of it": (PENALTY, layer("keras.regularizers.L1L2(1e-5, 1e-3)")),
    "`tf_keras.optimizers.legacy.Adam` has no decay": (
        PENALTY,
        of_layers(
            compiled="m.compile(optimizer=keras.optimizers.legacy.Adam(1e-3))\n", head="from tensorflow import keras\n"
        ),
    ),
    "the optimizer is not written where the model is compiled": (
        PENALTY,
        of_layers(compiled="m.compile(optimizer=NAME)\n", head='import keras\nNAME = "adam"\n'),
    ),
    "the library's optimizers are not imported here": (
        PENALTY,
        "from keras.layers import Dense\nfrom keras.models import Sequential\nfrom keras.regularizers import l2\n"
        'm = Sequential([Dense(4, kernel_regularizer=l2(1e-3))])\nm.compile(optimizer="adam")\n',
    ),
    "more than one library of optimizers is imported here": (
        PENALTY,
        of_layers(head="import keras\nfrom tensorflow.keras import optimizers\n"),
    ),
    "the optimizer has a decay of its own": (
        PENALTY,
        of_layers(compiled="m.compile(optimizer=keras.optimizers.Adam(1e-3, weight_decay=1e-4))\n"),
    ),
    "not all regularizers have the same λ in sight": (PENALTY, layer("keras.regularizers.l2(args.l2)")),
    "it gets to the layers by another name or function": (
        PENALTY,
        layer(
            L2,
            "def block(units, reg):\n    return keras.layers.Dense(units, kernel_regularizer=reg)\n",
            "block(4, REG)",
        ),
    ),
    "it is not of the layer's weights alone": (
        PENALTY,
        layer(
            "reg",
            f"reg = {L2}\n",
            "keras.layers.Dense(4, kernel_regularizer=reg, bias_regularizer=reg)",
        ),
    ),
    "other code may read the regularizer": (PENALTY, layer("reg", f"reg = {L2}\nprint(reg)\n")),
    "a comment stands beside the regularizer": (PENALTY, layer("reg", f"reg = {L2}  # lightly\n")),
    "not all is known of the weights of `MultiHeadAttention`": (
        PENALTY,
        of_layers(more=", keras.layers.MultiHeadAttention(2, 2)"),
    ),
    "`keras.layers.LSTM(2)` is not penalised": (PENALTY, of_layers(more=", keras.layers.LSTM(2)")),
    "a part of the model is built elsewhere": (PENALTY, of_layers(more=", keras.applications.ResNet50()")),
    "it may be taken over other parameters than those of the model": (
        PENALTY,
        added("n").replace(PLAIN, PLAIN + PLAIN.replace("m =", "n =")),
    ),
    "the model is compiled elsewhere, or more than once": (
        PENALTY,
        added(compiled="opt = keras.optimizers.Adam(1e-3)\nm.compile(optimizer=opt)\nm.compile(opt, loss='mae')\n"),
    ),
    "the name `optimizer` is taken": (
        NORMS,
        """
        import keras
        optimizer = None
        m.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-2))
        """,
    ),
    "it is built on a line with other statements": (
        NORMS,
        """
        import keras
        m = build(); opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-2)
        m.compile(optimizer=opt)
        """,
    ),
    "it has no name yet": (
        NORMS,
        """
        import keras
        m.compile(optimizer=wrapped(keras.optimizers.AdamW(1e-3, weight_decay=1e-2)))
        """,
    ),
    "a comment stands beside it": (
        NORMS,
        """
        import keras
        m.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-2))  # at last
        """,
    ),
    "the same call may build another optimizer": (
        NORMS,
        """
        import keras
        cls = keras.optimizers.AdamW if large else keras.optimizers.Adam
        opt = cls(1e-3, weight_decay=1e-2)
        m.compile(optimizer=opt)
        """,
    ),
    "a penalty in the loss decays them as well, and has to go first": (
        NORMS,
        added(compiled="m.compile(optimizer=keras.optimizers.Adam(1e-3, weight_decay=1e-2))\n"),
    ),
    "`params` is an iterator that can be read only once": (
        NORMS,
        """
        import torch
        from itertools import chain
        params = model.parameters()
        opt = torch.optim.AdamW(chain(params, head.parameters()), lr=1e-3)
        """,
    ),
    "the parameters are an iterator that is not bound by an assignment": (
        NORMS,
        """
        import torch
        params, lr = model.parameters(), 1e-3
        opt = torch.optim.AdamW(params, lr=lr)
        """,
    ),
    "other code may read the same groups": (
        NORMS,
        """
        import torch
        groups = []
        groups.append({"params": model.parameters(), "weight_decay": 0.1})
        opt = torch.optim.AdamW(groups, lr=1e-3)
        """,
    ),
    "the group is not written as an item of a list": (
        NORMS,
        """
        import torch
        group = {"weight_decay": 0.1}
        group["params"] = model.parameters()
        opt = torch.optim.AdamW([group], lr=1e-3)
        """,
    ),
    "a comment between its arguments would be lost": (
        NORMS,
        """
        import mlx.optimizers as optim
        opt = optim.AdamW(
            learning_rate=1e-3,  # after the warm-up
            weight_decay=0.01,
        )
        opt.update(model, grads)
        """,
    ),
    "the same call may build another optimizer of MLX": (
        NORMS,
        """
        import mlx.optimizers as optim
        cls = optim.AdamW if large else optim.Lion
        opt = cls(learning_rate=1e-3, weight_decay=0.01)
        opt.update(model, grads)
        """,
    ),
    "`MultiOptimizer` would have to be imported": (
        NORMS,
        """
        from mlx.optimizers import *
        opt = AdamW(learning_rate=1e-3, weight_decay=0.01)
        opt.update(model, grads)
        """,
    ),
    "the name `MultiOptimizer` stands for something else in this file": (
        NORMS,
        """
        from mlx.optimizers import AdamW
        from lab import MultiOptimizer
        opt = AdamW(learning_rate=1e-3, weight_decay=0.01)
        opt.update(model, grads)
        """,
    ),
    "the optimizer is kept under a key, by which other code may read it": (
        NORMS,
        """
        import mlx.optimizers as optim
        known = {}
        known["adamw"] = optim.AdamW(learning_rate=1e-3, weight_decay=0.01)
        print(known["adamw"].state["step"])
        """,
    ),
    "`optax.adamw` may not take all of its arguments": (
        COUPLED,
        "import optax\ntx = optax.chain(optax.add_decayed_weights(1e-4), optax.adam(1e-3, **more))\n",
    ),
    "`adamw` would have to be imported": (
        COUPLED,
        "import optax\nfrom optax import adam\ntx = optax.chain(optax.add_decayed_weights(1e-4), adam(1e-3))\n",
    ),
    "the two are not written in one chain": (
        "misplaced-decay",
        """
        import optax
        steps = [optax.scale_by_adam(), optax.scale_by_learning_rate(1e-3)]
        steps.append(optax.add_decayed_weights(1e-4)); print(steps)
        tx = optax.chain(*steps)
        """,
    ),
    "it is not seen which parameters the optimizer is given": (PENALTY, trained("tx = optax.adam(1e-3)", "", "")),
    "the optimizer may be given a part of the parameters": (
        PENALTY,
        trained('tx = optax.multi_transform({"a": optax.adam(1e-3), "b": optax.set_to_zero()}, labels)'),
    ),
    "a state of this optimizer may be loaded here": (
        PENALTY,
        trained("tx = optax.adam(1e-3)\nstate = checkpoints.restore_checkpoint(folder, tx.init(params))"),
    ),
    "other transformations come after the optimizer": (
        PENALTY,
        trained("tx = optax.chain(optax.adam(1e-3), optax.ema(0.9))"),
    ),
    "`update` is not given the parameters, which it needs once the optimizer decays": (
        PENALTY,
        trained("tx = optax.adam(1e-3)", applied=""),
    ),
    "the parameters are not in sight where the optimizer is updated": (
        PENALTY,
        trained("tx = optax.adam(1e-3)", applied="now = load()\nnow = optax.apply_updates(now, updates)"),
    ),
    "not all is known of the steps of the chain": (
        PENALTY,
        trained("tx = optax.chain(custom(), optax.scale_by_adam(), optax.scale(-1e-3))"),
    ),
    "the steps are not written in one chain": (
        PENALTY,
        trained("adam = optax.scale_by_adam()\ntx = optax.chain(adam, optax.scale(-1e-3))"),
    ),
    "layers that are stacked have biases and norm scales of two dimensions": (
        NORMS,
        "import jax, optax\nfrom flax import linen as nn\nbody = nn.scan(Block)\n"
        "tx = optax.adamw(1e-3, weight_decay=1e-4)\n",
    ),
    "what builds it here takes a function for a schedule unless it is told otherwise": (
        NORMS,
        "import jax, optax\ntx = optax.inject_hyperparams(optax.adamw)(1e-3, weight_decay=1e-4)\n",
    ),
    "`jax` is not imported here": (NORMS, "import optax\ntx = optax.adamw(1e-3, weight_decay=1e-4)\n"),
    "the text that names the class is written elsewhere": (
        COUPLED,
        """
        from timm.optim import create_optimizer_v2
        NAME = "adam"
        opt = create_optimizer_v2(model, opt=NAME, lr=1e-3, weight_decay=0.1)
        """,
    ),
    "what is handed over is not the parameters of one model": (
        NORMS,
        """
        from timm.optim import create_optimizer_v2
        opt = create_optimizer_v2(list(model.parameters()), opt="adamw", lr=1e-3, weight_decay=0.1)
        """,
    ),
    "the parameters come in groups": (
        NORMS,
        """
        from timm.optim import create_optimizer_v2
        opt = create_optimizer_v2([{"params": model.parameters()}], opt="adamw", lr=1e-3, weight_decay=0.1)
        """,
    ),
    "the parameters may be read only once": (
        NORMS,
        """
        import paddle
        opt = paddle.optimizer.AdamW(1e-3, weight_decay=0.1)
        """,
    ),
    "the same call may build another optimizer of Paddle": (
        NORMS,
        """
        import paddle
        cls = paddle.optimizer.AdamW if large else paddle.optimizer.Lamb
        opt = cls(1e-3, parameters=model.parameters(), weight_decay=0.1)
        """,
    ),
    "a mask is written, which is none": (
        NORMS,
        """
        import jax, optax
        decay = optax.add_decayed_weights(1e-4, mask=None)
        tx = optax.chain(optax.scale_by_adam(), decay, optax.scale(-1e-3))
        """,
    ),
    "layers that are stacked have biases and norm scales of two dimensions of a chain": (
        NORMS,
        """
        import jax, optax
        from flax import linen as nn
        body = nn.scan(Block)
        tx = optax.chain(optax.scale_by_adam(), optax.add_decayed_weights(1e-4), optax.scale(-1e-3))
        """,
    ),
    "not all that `minimize` is given has a place in the other two": (
        NORMS,
        """
        import tensorflow as tf
        opt = tf.contrib.opt.AdamWOptimizer(weight_decay=1e-4, learning_rate=1e-3)
        train = opt.minimize(loss, step)
        """,
    ),
    "more than one step, or optimizer, is in sight": (
        NORMS,
        """
        import tensorflow as tf
        opt = tf.contrib.opt.AdamWOptimizer(weight_decay=1e-4, learning_rate=1e-3)
        train = opt.minimize(loss, global_step=step)
        other = opt.minimize(second, global_step=step)
        """,
    ),
    "the library has no name of its own here": (
        NORMS,
        """
        from tensorflow.contrib.opt import AdamWOptimizer
        opt = AdamWOptimizer(weight_decay=1e-4, learning_rate=1e-3)
        train = opt.minimize(loss, global_step=step)
        """,
    ),
    "another group has the same decay": (
        "swapped-groups",
        """
        import torch
        shared = {"weight_decay": 0.1}
        opt = torch.optim.AdamW([
            {"params": [p for n, p in model.named_parameters() if "bias" not in n], **shared},
            {"params": [p for n, p in model.named_parameters() if "bias" in n], **shared},
        ])
        """,
    ),
    "the group is not written as a dict": (
        "swapped-groups",
        """
        import torch
        kept, rest = {}, {}
        kept["params"] = [p for n, p in model.named_parameters() if "bias" not in n]
        rest["params"] = [p for n, p in model.named_parameters() if "bias" in n]
        opt = torch.optim.AdamW([kept, rest], weight_decay=0.1)
        """,
    ),
    "the optimizer's own decay is not known": (
        PENALTY,
        in_torch("opt = torch.optim.Adam(model.parameters(), lr=1e-3, decoupled_weight_decay=flag)"),
    ),
    "the optimizer's own decay is written elsewhere": (
        PENALTY,
        in_torch(
            "def build(model, wd=1e-3):\n    options = {'weight_decay': wd}\n"
            "    return torch.optim.AdamW(model.parameters(), lr=1e-3, **options)\nopt = build(model)"
        ),
    ),
    "`cls` is used elsewhere too": (
        COUPLED,
        """
        from torch.optim import Adam
        def build(model):
            cls = Adam
            print(cls)
            return cls(model.parameters(), lr=1e-3, weight_decay=0.1)
        """,
    ),
    "a state of this optimizer is loaded here, which is that of one": (
        NORMS,
        """
        import mlx.optimizers as optim
        opt = optim.AdamW(learning_rate=1e-3, weight_decay=0.01)
        opt.load_state_dict(state)
        opt.update(model, grads)
        """,
    ),
    "weight normalisation gives weights a scale of two or more dimensions": (
        NORMS,
        """
        import mlx.nn as nn
        import mlx.optimizers as optim
        opt = optim.AdamW(learning_rate=1e-3, weight_decay=0.01)
        nn.utils.weight_norm(model)
        """,
    ),
    "the optimizer may be given other parameters": (
        "decay-in-gradient",
        """
        import torch
        opt = torch.optim.Adam(head.parameters(), lr=1e-3)
        loss.backward()
        for p in model.parameters():
            p.grad.add_(p, alpha=1e-4)
        opt.step()
        """,
    ),
}


@pytest.mark.parametrize("reason", BY_HAND)
def test_a_fix_is_left_to_a_hand_and_the_help_says_why(reason: str) -> None:
    rule, code = BY_HAND[reason]
    code = dedent(code).lstrip("\n")
    with project({"train.py": code}):
        found = lint(source_of(code, "train.py"), only(rule))
    assert found
    assert {each.fix for each in found} == {None}
    assert f"by hand, because {OF.split(reason)[0]}" in found[0].help


def test_of_two_kinds_of_penalty_the_layers_go_first() -> None:
    code = of_layers(MODEL + ADDED.replace("{of}", "m"), "m.compile(optimizer=keras.optimizers.Adam(1e-3))\n")
    layers, loss = lint(Source.of_text(code), only(PENALTY))
    assert layers.fix is not None
    assert layers.fix.safety is Safety.UNSAFE
    assert loss.fix is None
    assert loss.help.endswith("by hand, because layers have regularizers too, which have to go first")


ARGUMENTS = {
    f'dict(kernel_regularizer={L2}, activation="relu")': 'dict(activation="relu")',
    f'{{"kernel_regularizer": {L2}, "activation": "relu"}}': '{"activation": "relu"}',
    f'{{"activation": "relu", "kernel_regularizer": {L2}}}': '{"activation": "relu"}',
    f'{{"kernel_regularizer": {L2}}}': "{}",
    f"dict(kernel_regularizer={L2})": "dict()",
}


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_a_regularizer_leaves_the_arguments_that_layers_share(arguments: str) -> None:
    code = of_layers(f"shared = {arguments}\nm = keras.Sequential([keras.layers.Dense(4, **shared)])\n")
    fixed = rewritten(code, PENALTY)
    assert f"shared = {ARGUMENTS[arguments]}\n" in fixed
    assert "m.compile(optimizer=keras.optimizers.Adam(weight_decay=0.002)" in fixed


def test_a_regularizer_leaves_a_layer_whose_first_argument_it_is() -> None:
    code = of_layers(f"m = keras.Sequential([keras.layers.Dense(kernel_regularizer={L2}, units=4)])\n")
    assert "keras.layers.Dense(units=4)" in rewritten(code, PENALTY)


SPARED = 'exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])'


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (
            """
            import keras
            class Trainer:
                def __init__(self, m):
                    self.opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-2)
                    m.compile(optimizer=self.opt)
            """,
            "self.opt",
        ),
        (
            """
            import keras
            def build(m):
                opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-2)
                m.compile(optimizer=opt)
                return opt
            """,
            "opt",
        ),
        (
            """
            import keras
            def build(m):
                opt = None
                if m is None:
                    return opt
                opt = keras.optimizers.AdamW(1e-3, weight_decay=1e-2)
                m.compile(optimizer=opt)
                kept = [opt]
                return kept
            """,
            "opt",
        ),
    ],
)
def test_an_optimizer_is_told_what_to_spare_right_after_it_is_built(code: str, name: str) -> None:
    code = dedent(code).lstrip("\n")
    with project({"train.py": code}):
        lines = rewritten(code, NORMS).split("\n")
    at = next(number for number, line in enumerate(lines) if "AdamW(" in line)
    assert lines[at + 1].strip() == f"{name}.{SPARED}"


@pytest.mark.parametrize("elsewhere", [True, False])
def test_an_optimizer_that_other_code_may_tell_what_to_spare_is_left_alone(elsewhere: bool) -> None:
    code = "import keras\ndef build():\n    return keras.optimizers.AdamW(1e-3, weight_decay=1e-2)\n"
    told = "configure(build(), exclude_from_weight_decay=['bias'])\n"
    files = {"train.py": code, "tell.py": told} if elsewhere else {"train.py": code + told}
    with project(files):
        assert lint(source_of(files["train.py"], "train.py"), only(NORMS)) == []
    with project({"train.py": code}):
        assert len(lint(source_of(code, "train.py"), only(NORMS))) == 1


@pytest.mark.parametrize(
    ("written", "fixed"),
    [
        ("filter(lambda p, kept=True: p.requires_grad, model.parameters())", "filter(lambda p, kept=True: "),
        ("[p for part in (model, head) for p in part.parameters()]", "[p for part in (model, head) "),
    ],
)
def test_what_has_no_place_for_another_condition_is_picked_from(written: str, fixed: str) -> None:
    code = f"import torch\nopt = torch.optim.AdamW({written}, lr=1e-3)\n"
    text = rewritten(code, NORMS)
    assert text.count(f'"params": [param for param in {fixed}') == 2
    assert text.count("if param.ndim >= 2]") == text.count("if param.ndim < 2]") == 1


@pytest.mark.parametrize("brackets", ["[]", "()"])
def test_a_decay_moves_within_the_list_that_a_chain_is_handed(brackets: str) -> None:
    steps = ["optax.scale_by_adam()", "optax.scale_by_learning_rate(1e-3)", "optax.add_decayed_weights(1e-4)"]

    def chain(*numbers: int) -> str:
        written = ", ".join(steps[number] for number in numbers)
        return f"import optax\ntx = optax.chain(optax.clip(1.0), *{brackets[0]}{written}{brackets[1]})\n"

    assert rewritten(chain(0, 1, 2), "misplaced-decay") == chain(0, 2, 1)


def test_another_optimizer_may_minimize_as_well() -> None:
    head = "import tensorflow as tf\nopt = tf.contrib.opt.AdamWOptimizer(weight_decay=1e-4, learning_rate=1e-3)\n"
    other = "sgd = tf.train.GradientDescentOptimizer(0.1)\nfirst = sgd.minimize(loss, global_step=step)\n"
    fixed = rewritten(f"{head}{other}train = opt.minimize(loss, global_step=step)\n", NORMS)
    assert fixed.startswith(head + other)
    assert "train = opt.apply_gradients(opt.compute_gradients(loss), global_step=step, decay_var_list=" in fixed
