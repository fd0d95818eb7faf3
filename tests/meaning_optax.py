"""Writes random training scripts of JAX with a mistake in the decay, fixes them, and runs them against AdamW's formula.

    python tests/meaning_optax.py 500 7    # so many scripts, and a seed by which others are drawn

As in meaning.py: the reference has the same model, start and optimizer without decay, and every step takes ηλ of each
parameter beside the update. Exit code 1 if a fixed script ends elsewhere; the smallest such script is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import optax
from drawn import Tally, judged_all, show
from hypothesis import strategies as st

from adamw_lint.engine import fix, lint
from adamw_lint.read.source import Source
from adamw_lint.rulebook import pages
from adamw_lint.settings import Settings

SETTINGS = Settings(frozenset(name for name, page in pages().items() if page.default))
CLOSE = 1e-9
STEPS = 5
MODEL = """\
import jax
import jax.numpy as jnp
import optax

keys = jax.random.split(jax.random.PRNGKey(0), 3)
params = {
    "dense": {"kernel": jax.random.normal(keys[0], (4, 4)), "bias": jnp.ones(4)},
    "norm": {"scale": jnp.ones(4), "bias": jnp.full(4, 0.5)},
    "out": {"kernel": jax.random.normal(keys[1], (4, 2)), "bias": jnp.ones(2)},
}


def predict(params, x):
    x = jnp.tanh(x @ params["dense"]["kernel"] + params["dense"]["bias"])
    x = (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5)
    x = x * params["norm"]["scale"] + params["norm"]["bias"]
    return x @ params["out"]["kernel"] + params["out"]["bias"]


"""
LOSS = """\
def loss_fn(params, x, y):
    return jnp.mean((predict(params, x) - y) ** 2){added}


"""
LOOP = """
state = tx.init(params)
for x, y in batches:
    {gradient}
    updates, state = tx.update(grads, state, params)
    params = optax.apply_updates(params, updates)
"""


@dataclass(frozen=True)
class Program:
    """A script with a mistake, and what was meant: η, λ and the rest of what Adam was given."""

    rule: str
    text: str
    rate: float
    decay: float
    clip: float | None
    betas: float


RATES = st.sampled_from(["1e-2", "3e-3", "0.05"])
DECAYS = st.sampled_from(["0.1", "5e-2", "0.3"])
GRADIENTS = [
    "grads = jax.grad(loss_fn)(params, x, y)",
    "loss, grads = jax.value_and_grad(loss_fn)(params, x, y)",
]
# What a chain is made of, where its decay stands before the adaptive step, or behind the learning rate.
CHAINS = {
    "coupled-decay": [
        "{clip}optax.add_decayed_weights({decay}), optax.adam({rate}{betas})",
        "{clip}optax.add_decayed_weights({decay}), optax.scale_by_adam({first}), optax.scale(-{rate})",
        "{clip}optax.add_decayed_weights({decay}), optax.scale_by_adam({first}), optax.scale_by_learning_rate({rate})",
    ],
    "misplaced-decay": [
        "{clip}optax.adam({rate}{betas}), optax.add_decayed_weights({decay})",
        "{clip}optax.scale_by_adam({first}), optax.scale(-{rate}), optax.add_decayed_weights({decay})",
        "{clip}optax.scale_by_adam({first}), optax.scale_by_learning_rate({rate}), optax.add_decayed_weights({decay})",
    ],
}
BUILT = [
    "tx = optax.chain({})",
    "steps = [{}]\ntx = optax.chain(*steps)",
    "def build():\n    return optax.chain({})\n\n\ntx = build()",
]
SQUARES = [
    ("sum(jnp.sum(p**2) for p in jax.tree_util.tree_leaves(params))", 2.0),
    ("sum(jnp.sum(jnp.square(p)) for p in jax.tree.leaves(params))", 2.0),
    ("0.5 * sum((p**2).sum() for p in jax.tree.leaves(params))", 1.0),
    ("optax.global_norm(params) ** 2", 2.0),
]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A script: a chain whose decay stands in the wrong place, a penalty in the loss, or a decay of everything."""
    rate, decay = draw(RATES), draw(DECAYS)
    clip, betas = draw(st.sampled_from([None, "1.0"])), draw(st.sampled_from(["", ", b2=0.98"]))
    rule = draw(st.sampled_from(["coupled-decay", "misplaced-decay", "l2-in-loss", "decayed-norms"]))
    clipping = f"optax.clip_by_global_norm({clip}), " if clip else ""
    added, meant = "", float(decay)
    if rule in CHAINS:
        steps = draw(st.sampled_from(CHAINS[rule])).format(
            clip=clipping, decay=decay, rate=rate, betas=betas, first=betas.removeprefix(", ")
        )
        built = draw(st.sampled_from(BUILT)).format(steps)
    elif rule == "l2-in-loss":
        clip = None  # a penalty in the gradient is clipped along with it
        squares, factor = draw(st.sampled_from(SQUARES))
        own = draw(st.sampled_from(["", ", weight_decay=0.2"]))
        added, meant = f" + {decay} * {squares}", float(decay) * factor + (0.2 if own else 0.0)
        built = f"tx = optax.{'adamw' if own else 'adam'}({rate}{betas}{own})"
    else:
        adamw = f"optax.adamw({rate}{betas}, weight_decay={decay})"
        built = f"tx = optax.chain({clipping}{adamw})" if clip else f"tx = {adamw}"
    text = MODEL + LOSS.format(added=added) + built + "\n" + LOOP.format(gradient=draw(st.sampled_from(GRADIENTS)))
    return Program(rule, text, float(rate), meant, float(clip) if clip else None, 0.98 if betas else 0.999)


def batches() -> list[tuple[jax.Array, jax.Array]]:
    """The same few batches each time."""
    keys = jax.random.split(jax.random.PRNGKey(1), 2 * STEPS)
    return [(jax.random.normal(keys[n], (8, 4)), jax.random.normal(keys[STEPS + n], (8, 2))) for n in range(STEPS)]


def executed(text: str) -> SimpleNamespace:
    """The names that a script has bound at its end."""
    space: dict[str, Any] = {"batches": batches(), "__name__": "__main__"}
    exec(compile(text, "train.py", "exec"), space)
    return SimpleNamespace(**space)


def trained(program: Program, spares: bool) -> Any:
    """What the script should have ended with; `spares` says that biases and norm scales were taken out of the decay."""
    space = executed(MODEL + LOSS.format(added=""))
    params = space.params
    clipping = [optax.clip_by_global_norm(program.clip)] if program.clip else []
    adam = optax.chain(*clipping, optax.adam(program.rate, b2=program.betas))
    state = adam.init(params)
    for x, y in batches():
        updates, state = adam.update(jax.grad(space.loss_fn)(params, x, y), state)

        def stepped(p: jax.Array, update: jax.Array) -> jax.Array:
            return p * (1 - program.rate * (0.0 if spares and p.ndim < 2 else program.decay)) + update

        params = jax.tree.map(stepped, params, updates)
    return params


def distance(found: Any, wanted: Any) -> float:
    """How far two runs ended from one another."""
    return max(float(jnp.abs(each).max()) for each in jax.tree.leaves(jax.tree.map(jnp.subtract, found, wanted)))


def judged(program: Program) -> str:
    """What came of a script: `fixed`, or `by hand`; raises AssertionError as `meaning.judged` does."""
    source = Source.of_text(program.text, "train.py")
    assert program.rule in {each.rule for each in lint(source, SETTINGS)}, (
        f"{program.rule} not found in\n{program.text}"
    )
    done = fix(source, SETTINGS, unsafe=True)
    assert not done.dropped, f"{done.dropped}\n{program.text}"
    if program.rule in {each.rule for each in done.remaining}:
        executed(done.source.text)
        return "by hand"
    spares = "decayed-norms" in {each.diagnostic.rule for each in done.applied}
    wanted = trained(program, spares)
    told = f"{program.text}\n# fixed:\n{done.source.text}"
    assert distance(executed(done.source.text).params, wanted) <= CLOSE, f"the fixed script trains otherwise:\n{told}"
    assert distance(executed(program.text).params, wanted) > CLOSE, f"there was no mistake:\n{told}"
    return "fixed"


def proved(examples: int, drawn: int | None = None) -> Tally:
    """How many random scripts of each rule were fixed and how many left; raises AssertionError where one fails."""
    with jax.enable_x64(True):
        return judged_all(programs(), lambda each: (each.rule, judged(each)), examples, drawn)


if __name__ == "__main__":
    show(proved, "100")
