"""Writes the λ of a penalty where the optimizer is built: by name if the name is bound there, else as a number."""

from dataclasses import dataclass
from decimal import Decimal

import libcst as cst

from adamw_lint.manual import Manual
from adamw_lint.model.constructions import ZERO, Construction
from adamw_lint.model.frames import Place
from adamw_lint.model.horizon import plain
from adamw_lint.model.module import Module
from adamw_lint.model.scale import Scale
from adamw_lint.model.scopes import Binding, Kind, dominates, find
from adamw_lint.model.tree import descendants, dotted
from adamw_lint.model.worth import Number


@dataclass(frozen=True, slots=True)
class Factor:
    """A λ as code: `number · names / divisors`; `worth` is its value where that is known."""

    number: Decimal
    names: tuple[str, ...] = ()
    divisors: tuple[str, ...] = ()
    worth: Decimal | None = None

    @property
    def text(self) -> str:
        """The expression, the number first, left out where it is 1 beside a name."""
        parts = [plain(self.number)] if self.number != 1 or not self.names else []
        return " * ".join([*parts, *self.names]) + "".join(f" / {each}" for each in self.divisors)

    def plus(self, own: str, number: Decimal | None) -> "Factor":
        """The sum with a decay that is there already: in decimals where both are numbers."""
        if number is not None and not self.names and not self.divisors:
            return Factor(self.number + number, worth=self.number + number)
        worth = self.worth + number if self.worth is not None and number is not None else None
        return Factor(Decimal(1), (f"{own} + {self.text}",), worth=worth)


def factor(module: Module, built: Construction, scale: Scale) -> Factor:
    """The λ of the gradient of `scale · ‖θ‖²`, which is twice the scale; raises Manual where it is not in sight."""
    number, worth, known = 2 * scale.number, 2 * scale.number, True
    names: list[str] = []
    divisors: list[str] = []
    for place, inverted in [(each, False) for each in scale.factors] + [(each, True) for each in scale.divisors]:
        value = module.values.worth(place.node)
        if isinstance(value, Number) and value.value:
            worth = worth / value.value if inverted else worth * value.value
        known = known and isinstance(value, Number)
        if _is_visible(module, place, built):
            (divisors if inverted else names).append(_atom(module, place.node))
        elif isinstance(value, Number) and value.value:
            number = number / value.value if inverted else number * value.value
        else:
            raise Manual(f"`{module.line(place.node)}` is not bound where the optimizer is built")
    return Factor(number, tuple(names), tuple(divisors), worth if known else None)


def names(scale: Scale) -> list[str]:
    """The names that the factors of a scale are made of."""
    places = (*scale.factors, *scale.divisors)
    return [node.value for place in places for node in descendants(place.node) if isinstance(node, cst.Name)]


def _atom(module: Module, node: cst.BaseExpression) -> str:
    text = module.text(node)
    return text if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.BaseNumber)) else f"({text})"


def _is_visible(module: Module, place: Place, built: Construction) -> bool:
    """Whether an expression is worth the same where the optimizer is built as where the penalty is added."""
    names = [node for node in descendants(place.node) if isinstance(node, cst.Name) and module.survey.names[node.value]]
    heads = [name for name in names if name in module.survey.names[name.value] and not _is_attribute(module, name)]
    if not heads or any(isinstance(node, cst.Call) for node in descendants(place.node)):
        return False
    if dotted(place.node) is None and not isinstance(place.node, cst.Subscript):
        return False
    if heads[0].value == "self":
        return len(heads) == 1 and _is_visible_attribute(module, place.node, built)
    return all(_is_same(module, name, built) for name in heads) and not _is_set(module, place.node)


def _is_attribute(module: Module, name: cst.Name) -> bool:
    parent = module.survey.parents[name]
    return isinstance(parent, cst.Attribute) and parent.attr is name


def _is_same(module: Module, name: cst.Name, built: Construction) -> bool:
    """Whether a name has one binding, and it has run before the optimizer is built."""
    place = module.survey.use(built.call)
    here, there = find(name.value, module.survey.use(name)), find(name.value, place)
    if here is None or there is None or here[0] is not there[0]:
        return False
    every = here[0].bindings[name.value]
    if len(every) != 1 or every[0].kind is Kind.LOOP:
        raise Manual(f"`{name.value}` is bound more than once")
    _require_constant(module, every[0])
    return dominates(every[0], there[1])


def _require_constant(module: Module, binding: Binding) -> None:
    value = binding.value
    nodes = list(descendants(value)) if value is not None and binding.kind is Kind.ASSIGN else []
    paths = [getattr(module.values.worth(node.func), "path", "") for node in nodes if isinstance(node, cst.Call)]
    if any(path.startswith("torch.") and path != "torch.device" for path in paths):
        raise Manual(f"`{binding.name}` is a tensor")


def _is_visible_attribute(module: Module, node: cst.BaseExpression, built: Construction) -> bool:
    """Whether `self.x` is bound once, in the class that builds the optimizer, and before it does."""
    bindings = module.values.bindings(node)
    if len(bindings) != 1 or module.survey.owner(built.call) is not module.survey.owner(node):
        return False
    name = node.attr.value if isinstance(node, cst.Attribute) else ""
    writes = (cst.AssignTarget, cst.AugAssign)
    if any(isinstance(module.survey.parents[use], writes) for use in module.survey.attribute_reads[name][1:]):
        return False
    _require_constant(module, bindings[0])
    bound, place = bindings[0], module.survey.use(built.call)
    is_other = module.survey.function(bound.node) is not module.survey.function(built.call)
    return bound.kind is Kind.ASSIGN and not bound.arms and (is_other or bound.order < place.order)


def _is_set(module: Module, node: cst.BaseExpression) -> bool:
    """Whether the file writes to the attribute or item that an expression reads."""
    head = (dotted(node) or "").split(".")[0]
    for name in module.survey.names.get(head, ()):
        outer: cst.CSTNode = name
        while isinstance(up := module.survey.parents[outer], (cst.Attribute, cst.Subscript)):
            outer = up
        if isinstance(up, (cst.AssignTarget, cst.AugAssign)) and outer is not name:
            is_value = isinstance(up, cst.AugAssign) and up.value is outer
            if not is_value and dotted(outer) == dotted(node):
                return True
    return False


def own_decay(module: Module, built: Construction) -> tuple[str, Decimal | None] | None:
    """The decay that a construction has already, as code and as a number where it is one; None where it is zero."""
    if built.decay == ZERO:
        return None
    argument = built.decay_argument
    number = built.decay.value if isinstance(built.decay, Number) else None
    if argument is None:
        return built.optimizer.default, number
    return _atom(module, argument.value), number
