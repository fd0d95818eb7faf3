"""Biases and norms are spared by a parameter group of their own: torch, and what is built on it."""

import libcst as cst

from adamw_lint.checks.decay_in_gradient import replaces_addition
from adamw_lint.checks.l2_in_loss import replaces_penalty
from adamw_lint.diagnostics import Fix, Label, Safety
from adamw_lint.fixes.split import split
from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction, Decay, decay_of
from adamw_lint.model.grouping.groups import Group
from adamw_lint.model.grouping.selection import Reach
from adamw_lint.model.module import Module
from adamw_lint.model.parameters.tensors import Role, Tensor
from adamw_lint.model.tree import descendants
from adamw_lint.model.worth import UNKNOWN, Mapping, Number, options_of
from adamw_lint.rulebook import Coupling, words
from adamw_lint.sparing.overlooked import Overlooked
from adamw_lint.sparing.parted import is_read, parted
from adamw_lint.stated import own

_SPARED = {Role.BIAS: "biases", Role.NORM: "norm scales"}
_WHOLE_AND_NOTHING = {Reach.WHOLE, Reach.TENSORS, Reach.NOTHING}


def overlooked(module: Module, built: Construction) -> Overlooked | None:
    """What is decayed although it should be spared; None where it is spared, or where that is not known."""
    hit = [group for group in built.groups if _is_hit(module, built, group)]
    if hit and not _spares(module, built):
        return _overlooked(module, built, hit)
    shared = [] if hit else parted(module, built)
    has_kinds = any(_kinds(module, root) for group in shared for root in group.selects.roots)
    return _overlooked(module, built, shared) if has_kinds else None


def _is_hit(module: Module, built: Construction, group: Group) -> bool:
    if group.selects.reach is not Reach.WHOLE or decay_of(built, group, module.values) in (ZERO, UNKNOWN):
        return False
    return any(_kinds(module, root) for root in group.selects.roots) or not group.selects.roots


def _kinds(module: Module, model: cst.BaseExpression) -> str:
    """What a model holds that is to be spared, in words; empty where that is nothing for certain."""
    tensors = module.architecture.tensors(model)
    if tensors is None:
        return "biases and norm scales"
    roles = {tensor.role for tensor in tensors}
    kinds = [said for role, said in _SPARED.items() if role in roles]
    kinds += ["embeddings"] if any(map(_is_to_be_spared, tensors)) else []
    return " and ".join(filter(None, (", ".join(kinds[:-1]), *kinds[-1:])))


def _is_to_be_spared(tensor: Tensor) -> bool:
    """Whether a tensor is an embedding, and the user spares them."""
    return own().embeddings and tensor.layer.rpartition(".")[2] in words("samples")["embeddings"]


def _spares(module: Module, built: Construction) -> bool:
    """Whether some group narrows, is written with a decay of zero, or cannot be read."""
    return any(
        group.selects.reach not in _WHOLE_AND_NOTHING
        or not group.complete
        or (group.selects.singly and not _decays_alike(module, built, group))
        or (group.decay is not None and decay_of(built, group, module.values) == ZERO)
        for group in built.groups
    )


def _decays_alike(module: Module, built: Construction, group: Group) -> bool:
    """Whether the groups that a loop makes, one for each parameter, all have the same decay."""
    options = options_of(module.values.worth(group.node)) if group.node is not None else ()
    if len(options) != 1 or not isinstance(options[0], Mapping) or not is_read(built, options[0].entries.keys()):
        return False
    decay = group.decay.value if group.decay is not None else None
    return decay is None or isinstance(module.values.worth(decay), Number) or not _varies(module, decay)


def _varies(module: Module, node: cst.BaseExpression) -> bool:
    """Whether an expression may be another one in each round of the loops around it."""
    loops = [each for each in module.survey.ancestors(node) if isinstance(each, (cst.For, cst.While, cst.BaseComp))]
    for name in (each for each in descendants(node) if isinstance(each, cst.Name)):
        found = module.values.bindings(name)
        if not found or any(module.survey.within(each.node, loop) for each in found for loop in loops):
            return True
    return any(isinstance(each, cst.Call) for each in descendants(node))


def is_written_with_zero(module: Module, built: Construction) -> bool:
    """Whether some group, and not every one, is written with a decay of zero."""
    decays = [decay_of(built, group, module.values) for group in built.groups if group.decay is not None]
    return ZERO in decays and (len(decays) < len(built.groups) or any(decay != ZERO for decay in decays))


def _overlooked(module: Module, built: Construction, hit: list[Group]) -> Overlooked:
    params = hit[0].params
    assert params is not None
    worth = decay_of(built, hit[0], module.values)
    written = hit[0].decay.node if hit[0].decay else built.decay_argument.node if built.decay_argument else None
    amount = (
        f"`{module.line(written)}` decays"
        if written
        else f"{built.optimizer.short_name} decays by {built.optimizer.default}"
    )
    kinds = max((_kinds(module, root) for root in hit[0].selects.roots), key=len)
    holds = "goes through" if hit[0].selects.singly else "holds"
    message = f"`{module.excerpt(params)}` {holds} {kinds}, which {amount} too"
    if written is None:
        message = message.removesuffix(" too") + " when nothing is written"
    help_ = "give the parameters with `p.ndim < 2` a group of their own, with `weight_decay` 0"
    label = _label(module, built, hit, written)
    return Overlooked(module.span(params), message, help_, label, lambda: _fix(module, built, hit, worth))


def _decouples_always(module: Module, built: Construction) -> bool:
    """Whether everything that the call may build is known to decouple the decay that the call gives it."""
    options = [each for each in module.constructions if each.call is built.call]
    all_decouple = len(options) == built.options and all(each.coupling is Coupling.DECOUPLED for each in options)
    return all_decouple and built.decay_argument is not None


def _label(module: Module, built: Construction, hit: list[Group], written: cst.CSTNode | None) -> Label:
    roots = (root for group in hit for root in group.selects.roots)
    known = (tensor for root in roots for tensor in module.architecture.known(root))
    norm = next((tensor.name for tensor in known if tensor.role is Role.NORM), None)
    if written is not None:
        named = f", `{norm}` among them" if norm else ""
        return Label(module.span(written), f"decays all of them{named}")
    named = f", also for `{norm}`" if norm else ""
    return Label(module.span(built.class_name), f"its default decay is {built.optimizer.default}{named}")


def _fix(module: Module, built: Construction, hit: list[Group], worth: Decay) -> Fix:
    if replaces_penalty(module, built):
        raise Manual("a penalty in the loss decays them as well, and has to go first")
    if replaces_addition(module, built):
        raise Manual("a decay in the gradient decays them as well, and has to go first")
    if (built.is_choice and not _decouples_always(module, built)) or built.is_default:
        raise Manual("the same call may build another optimizer, whose decay would change too")
    if any(
        _is_to_be_spared(each)
        for group in hit
        for root in group.selects.roots
        for each in module.architecture.known(root)
    ):
        raise Manual("embeddings have as many dimensions as weights, so that their names have to tell them apart")
    if any(group.selects.reach is not Reach.WHOLE for group in hit):
        raise Manual("each group picks its part of the model by a condition of its own")
    if any(group.selects.singly for group in hit):
        raise Manual("a loop makes a group for each parameter, and can give those with `p.ndim < 2` a decay of 0")
    edits = split(module, built, hit)
    careful = len(built.groups) > 1 or hit[0].selects.from_caller or module.usage.state_is_loaded(built)
    safety = Safety.UNSAFE if careful or module.usage.groups_are_told_apart(built) else Safety.SAFE
    amount = f" (λ = {worth.value})" if isinstance(worth, Number) else ""
    advice = f"biases and norm scales of `{module.excerpt(hit[0].selects.roots[0])}` are not decayed any more{amount}"
    return Fix("put biases and norm scales in a group without decay", edits, safety, ("vanishing-decay",), advice)
