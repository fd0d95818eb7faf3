"""How statements change tensors: every spelling of a sum, of a decay and of a running average is read alike."""

from __future__ import annotations

import libcst as cst
import pytest

from adamw_lint.model.frames import Place
from adamw_lint.model.module import Module
from adamw_lint.model.scale import Scale
from adamw_lint.model.updating.updates import Update
from adamw_lint.read.source import Source

IMPORTS = "import jax\nimport jax.numpy as jnp\nimport numpy as np\nimport torch\n"


def module_of(code: str) -> Module:
    return Module.of(Source.of_text(IMPORTS + code))


def only(module: Module) -> Update:
    (update,) = module.updates.within(module.tree)
    return update


def said(module: Module, scale: Scale) -> str:
    """A product in a fixed order, without white space."""
    texts = [
        sorted(module.text(place.node).replace(" ", "") for place in each) for each in (scale.factors, scale.divisors)
    ]
    number = "-" if scale.number == -1 else "" if scale.number == 1 else f"{scale.number}*"
    return number + "*".join(texts[0] or ["1"]) + "".join(f"/{text}" for text in texts[1])


DECAYED_GRADIENTS = [
    "grad = grad.add(p, alpha=wd)",
    "grad.add_(p, alpha=wd)",
    "grad.add_(wd, p.data)",
    "grad = grad.add(wd, p.data)",
    "grad = grad + wd * p",
    "grad = wd * p + grad",
    "grad = grad - (-wd * p)",
    "grad += wd * p",
    "grad -= -wd * p",
    "grad.data.add_(wd * p)",
    "grad.data += p.data * wd",
    "grad.add_(p.mul(wd))",
    "grad.add_(torch.mul(p, wd))",
    "grad = torch.add(grad, p, alpha=wd)",
    "grad = torch.add(grad, wd, p)",
    "grad = torch.add(input=grad, other=p, alpha=wd)",
    "torch.add(grad, p, alpha=wd, out=grad)",
    "grad.sub_(p, alpha=-wd)",
    "torch._foreach_add_(grad, p, alpha=wd)",
    "grad = torch._foreach_add(grad, p, alpha=wd)",
    "grad = [g + wd * p for g in grad]",
    "grad = [g + wd * q for g, q in zip(grad, p)]",
    "np.add(grad, wd * p, out=grad)",
    "grad = np.add(grad, np.multiply(wd, p))",
    "grad[...] = grad + wd * p",
    "grad[:] += wd * p",
    "grad = jnp.add(grad, wd * p)",
    "grad = jax.tree.map(lambda g, q: g + wd * q, grad, p)",
    "grad = jax.tree_util.tree_map(lambda g, q: g + wd * q, grad, p)",
    "def decayed(g, q):\n    return g + wd * q\ngrad = jax.tree_map(decayed, grad, p)",
    "def decayed(g, q):\n    return g + wd * q\ngrad = decayed(grad, p)",
    "decayed = lambda g, q: g + wd * q\ngrad = decayed(q=p, g=grad)",
    "grad.assign_add(wd * p)",
    "grad.copy_(grad + wd * p)",
    "grad = grad.clone().add_(p.detach().float(), alpha=wd)",
]


@pytest.mark.parametrize("code", DECAYED_GRADIENTS)
def test_a_decay_added_to_a_gradient(code: str) -> None:
    module = module_of(code)
    found = module.updates.within(module.tree)
    update = next(each for each in found if said(module, Scale(factors=(each.target,))) == "grad")
    (added,) = module.updates.added(update)
    assert [said(module, kept) for kept in module.updates.kept(update)] == ["1"]
    assert said(module, added.scale) == "p*wd"


SHRUNK_WEIGHTS = [
    "p.mul_(1 - lr * wd)",
    "p.data.mul_(1.0 - lr * wd)",
    "p.add_(p, alpha=-lr * wd)",
    "p.data.add_(-wd * lr, p.data)",
    "p.sub_(p, alpha=lr * wd)",
    "p.sub_(lr * wd * p)",
    "p *= 1 - lr * wd",
    "p -= lr * wd * p",
    "p = p - lr * (wd * p)",
    "p = p * (1 - lr * wd)",
    "p.data = p.data * (1 - lr * wd)",
    "p.copy_(p * (1 - lr * wd))",
    "p.data.copy_(p.data.mul(1 - wd * lr))",
    "p[:] = p - lr * wd * p",
    "torch._foreach_mul_(p, 1 - lr * wd)",
    "p.assign_sub(lr * wd * p)",
    "p = jax.tree.map(lambda q: q * (1 - lr * wd), p)",
    "p = jax.tree.map(lambda q: q - lr * wd * q, p)",
    "np.multiply(p, 1 - lr * wd, out=p)",
]


@pytest.mark.parametrize("code", SHRUNK_WEIGHTS)
def test_a_shrink_of_the_weights(code: str) -> None:
    module = module_of(code)
    update = only(module)
    assert said(module, Scale(factors=(update.target,))) == "p"
    assert [said(module, kept) for kept in module.updates.kept(update)] == ["1", "-lr*wd"]
    assert module.updates.added(update) == ()


MOMENTS = {
    "m.mul_(b).add_(g, alpha=1 - b)": (["b"], ["1-b*g"]),
    "m.mul_(b).add_(1 - b, g)": (["b"], ["1-b*g"]),
    "m.lerp_(g, c)": (["1", "-c"], ["c*g"]),
    "m = torch.lerp(m, g, weight=c)": (["1", "-c"], ["c*g"]),
    "torch._foreach_lerp_(m, g, c)": (["1", "-c"], ["c*g"]),
    "m += c * (g - m)": (["1"], ["c*g-m"]),
    "m = b * m + c * g": (["b"], ["c*g"]),
    "m = b * m + c * g ** 2": (["b"], ["c*g*g"]),
    "m = b * m + c * np.square(g)": (["b"], ["c*g*g"]),
    "m = b * m + c * g.pow(2)": (["b"], ["c*g*g"]),
    "m.mul_(b).addcmul_(c, g, g)": (["b"], ["c*g*g"]),
    "m.mul_(b).addcmul_(g, g, value=c)": (["b"], ["c*g*g"]),
    "torch._foreach_addcmul_(m, g, g, c)": (["1"], ["c*g*g"]),
    "m.addcdiv_(-c, g, d)": (["1"], ["-c*g/d"]),
    "m.addcdiv_(g, d, value=-c)": (["1"], ["-c*g/d"]),
    "m = m - c * g / d": (["1"], ["-c*g/d"]),
}


@pytest.mark.parametrize("code", MOMENTS)
def test_what_is_kept_and_what_is_added(code: str) -> None:
    module = module_of(code)
    update = only(module)
    kept, added = MOMENTS[code]
    found = [said(module, term.scale).replace("(", "").replace(")", "") for term in module.updates.added(update)]
    assert [said(module, each) for each in module.updates.kept(update)] == kept
    assert found == added


NOTHING_NAMEABLE = ["grad.add(p, alpha=wd)", "f(x).add_(p)", "print(p)", "(a + b).mul_(2)", "seen.add"]


@pytest.mark.parametrize("code", NOTHING_NAMEABLE)
def test_what_changes_nothing_that_has_a_name(code: str) -> None:
    module = module_of(code)
    assert module.updates.within(module.tree) == ()


def test_one_chain_of_calls_is_one_update_and_an_assignment_of_it_another() -> None:
    module = module_of("d = m.mul_(b).add_(g)")
    updates = module.updates.within(module.tree)
    assert [module.text(each.target.node) for each in updates] == ["d", "m"]


def test_names_that_stand_for_a_tensor_are_followed() -> None:
    module = module_of("d = p.grad.data\nw = p.data\nd.add_(w, alpha=wd)\np.grad.add_(p)")
    first, second = module.updates.within(module.tree)[2:]
    assert module.text(module.updates.origin(first.target).node) == "p.grad"
    assert module.updates.same(first.target, second.target)
    assert not module.updates.same(first.target, module.updates.added(second)[0].scale.factors[0])


def test_items_of_one_thing_are_the_same_by_the_same_key_only() -> None:
    module = module_of("s['m'] = s['m'] * b\ns['v'] = s['m'] * b")
    first, second = module.updates.within(module.tree)
    assert len(module.updates.kept(first)) == 1
    assert module.updates.kept(second) == ()


def test_functions_inside_a_function_are_left_to_themselves() -> None:
    module = module_of("def f(p):\n    p.mul_(2)\n    def g():\n        p.mul_(3)\n")
    function = next(node for node in module.survey.scopes if isinstance(node, cst.FunctionDef))
    assert [module.text(each.node) for each in module.updates.within(function)] == ["p.mul_(2)"]


def test_a_function_that_returns_itself_ends() -> None:
    module = module_of("def f(x):\n    return 1 + f(x)\ny = f(y)\n")
    assert module.updates.within(module.tree)


def test_a_decay_is_found_by_taking_the_tensor_out() -> None:
    module = module_of("g = g + wd * p.data")
    update = only(module)
    parameter = Place(cst.ensure_type(module.survey.names["p"][0], cst.Name))
    (added,) = module.updates.added(update)
    rest = module.updates.without(added, parameter)
    assert rest is not None
    assert said(module, rest) == "wd"


@pytest.mark.parametrize("names", ["p for p in p", "a for a, b in zip(b, a)"])
def test_a_comprehension_over_its_own_name_ends(names: str) -> None:
    assert only(module_of(f"def f(p, a, b):\n    pass\n\ntotal = [{names}]\n")).terms
