"""Norms of parameters: which expression is one, squared or not, and of what."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import libcst as cst

from adamw_lint.model.frames import Place
from adamw_lint.model.layered.kinds import kind
from adamw_lint.model.losses.penalised import Denotation
from adamw_lint.model.losses.yielded import Penalised, Yield
from adamw_lint.model.scale import HALF, ONE, Scale, scale_of
from adamw_lint.model.survey import Survey
from adamw_lint.model.tree import dotted, keyword, method_call, positional, same
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Nothing, Number, Reference, Text


@dataclass(frozen=True, slots=True)
class Operation:
    """A call of a function of the framework, or of a method of a tensor: both take the operand first."""

    name: str
    operand: cst.BaseExpression
    rest: tuple[cst.BaseExpression, ...]
    call: cst.Call


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    """The norm of parameters, or each element squared.

    `mean` says that it is divided by their count, `is_open` that its order, which may be 2, is known only at run time;
    `scale` is what it is multiplied by: half of the square, or the λ of a regularizer that is called on them.
    """

    node: cst.BaseExpression
    of: Penalised
    squared: bool
    mean: bool = False
    is_open: bool = False
    scale: Scale = ONE


class Norms:
    """Recognises norms in one surveyed file; silent (None) on all that is not certainly one."""

    def __init__(self, survey: Survey, values: Values, denotation: Denotation, words: dict[str, Any]) -> None:
        self._survey = survey
        self._values = values
        self._denotation = denotation
        self._words = words

    def operation(self, node: cst.BaseExpression) -> Operation | None:
        """The operation that a call is, if it is one of the framework's or a method."""
        if not isinstance(node, cst.Call):
            return None
        plain, method, target = positional(node), method_call(node), self._values.worth(node.func)
        if isinstance(target, Reference):
            root, _, _ = target.path.partition(".")
            operand = plain[0] if plain else keyword(node, "input") or keyword(node, "tensors")
            if root not in self._words["roots"] or operand is None:
                return None
            return Operation(target.path.rpartition(".")[2], operand, tuple(plain[1:]), node)
        return Operation(method[1], method[0], tuple(plain), node) if method is not None else None

    def norm(self, place: Place) -> Norm | None:
        """The norm of parameters that an expression is by itself, not counting names and sums around it."""
        node = place.node
        if isinstance(node, cst.BinaryOperation):
            return self._binary(node, place)
        operation, regularized = self.operation(node), self._regularized(place)
        if operation is None or regularized is not None:
            return regularized
        name, words = operation.name, self._words
        if name in words["tree_maps"] and len(operation.rest) == 1:
            return self._mapped(operation, place)
        if name in words["square"] or (name in words["power"] and self._is_two(operation.rest, operation.call)):
            return self._squared(operation.operand, place)
        if name in words["half_square"]:
            if operation.rest and not self._is_zeros(operation.rest[0]):  # the error of a prediction
                return None
            found = self._of(operation.operand, place, squared=True)
            return replace(found, scale=HALF) if found is not None else None
        if name in words["norm"] and not self._has_axis(operation):
            return self._ordered(operation, place)
        if name in (*words["product"], *words["dot"]) and operation.rest and same(operation.operand, operation.rest[0]):
            return self._of(operation.operand, place, squared=True)
        return self._error(operation, place)

    def _regularized(self, place: Place) -> Norm | None:
        """`l2_regularizer(λ)(w)`: a regularizer of layers, called on parameters or applied to a list of them."""
        call = place.node
        plain, name = (positional(call), dotted(call.func) or "") if isinstance(call, cst.Call) else ([], "")
        if not isinstance(call, cst.Call) or not plain or not self._survey.mentions(self._words["regularizing"]):
            return None
        if name.rpartition(".")[2] in self._words["applying"]:
            weights = keyword(call, "weights_list") or next(iter(plain[1:]), None)
            stream = self._denotation.stream(Place(weights, place.frame)) if weights is not None else None
            of = stream.of if stream is not None and stream.yields is Yield.PARAMETER else None
            regularizer = plain[0]
        else:
            regularizer = call.func
            of = self._denotation.parameter(Place(plain[0], place.frame)) if len(call.args) == 1 else None
        scale = self._scale(Place(regularizer, place.frame)) if of is not None else None
        return Norm(call, of, squared=True, scale=scale) if of is not None and scale is not None else None

    def _scale(self, regularizer: Place) -> Scale | None:
        """What a regularizer multiplies the sum of squares by; None where it is none, or does more than that."""
        frames = self._denotation.frames
        made = frames.resolve(regularizer)
        binding = self._values.bound_once(made.node) if isinstance(made.node, (cst.Name, cst.Attribute)) else None
        node = binding.value if binding is not None and binding.value is not None else made.node
        found = kind(self._values, node) if isinstance(node, cst.Call) else None
        if found is None or not found.is_pure:
            return None
        worth = found.worth
        given = Scale(worth.value) if isinstance(worth, Number) else None
        if found.written is not None:
            given = scale_of(Place(found.written, made.frame), frames, self._values)
        return given.times(HALF) if given is not None and found.is_half else given

    def _mapped(self, operation: Operation, place: Place) -> Norm | None:
        """`jax.tree.map(jnp.square, params)`: a function of the library is run on every leaf of a tree."""
        target = self._values.worth(operation.operand)
        name = target.path.rpartition(".")[2] if isinstance(target, Reference) else ""
        of = self._denotation.tree(Place(operation.rest[0], place.frame)) if name else None
        is_half = name in self._words["half_square"]
        is_square = is_half or name in self._words["square"]
        if of is None or not (is_square or name in self._words["norm"]):
            return None
        return Norm(place.node, of, is_square, scale=HALF if is_half else ONE)

    def _binary(self, node: cst.BinaryOperation, place: Place) -> Norm | None:
        if isinstance(node.operator, cst.Power) and self._number(node.right) == 2:
            return self._squared(node.left, place)
        if isinstance(node.operator, cst.Power) and self._number(node.right) is None:
            inner = self.norm(Place(node.left, place.frame))  # ‖θ‖ₖᵏ with k from a configuration
            return replace(inner, node=node) if inner is not None and inner.is_open else None
        if isinstance(node.operator, (cst.Multiply, cst.MatrixMultiply)) and same(node.left, node.right):
            return self._squared(node.left, place)
        return None

    def _squared(self, operand: cst.BaseExpression, place: Place) -> Norm | None:
        """The square of a norm, or of every element of a parameter."""
        inner = self.norm(Place(operand, place.frame))
        if inner is not None:
            return None if inner.squared else replace(inner, node=place.node, squared=True)
        return self._of(operand, place, squared=True)

    def _of(self, operand: cst.BaseExpression, place: Place, squared: bool) -> Norm | None:
        of = self._denotation.parameter(Place(operand, place.frame)) or self._of_tree(operand, place)
        return Norm(place.node, of, squared) if of is not None else None

    def _of_tree(self, operand: cst.BaseExpression, place: Place) -> Penalised | None:
        """What a function takes of a tree at once, or a map of each of its leaves: `optax.global_norm(params)`."""
        target = self._values.worth(place.node.func) if isinstance(place.node, cst.Call) else None
        path = target.path if isinstance(target, Reference) else ""
        is_whole = path.startswith(tuple(self._words["tree_functions"])) and "numpy" not in path
        return self._denotation.tree(Place(operand, place.frame)) if is_whole else None

    def _number(self, node: cst.BaseExpression | None) -> Decimal | None:
        worth = self._values.worth(node)
        return worth.value if isinstance(worth, Number) else None

    def _is_two(self, rest: tuple[cst.BaseExpression, ...], call: cst.Call) -> bool:
        return self._number(rest[0] if rest else keyword(call, "exponent")) == 2

    def _is_true(self, node: cst.BaseExpression | None) -> bool:
        return bool(self._number(node))

    def _has_axis(self, operation: Operation) -> bool:
        call = operation.call
        return keyword(call, "dim") is not None or keyword(call, "axis") is not None or len(operation.rest) > 1

    def _ordered(self, operation: Operation, place: Place) -> Norm | None:
        """A norm of order 2, written or by default, or of one that may be 2."""
        call, rest = operation.call, operation.rest
        order = rest[0] if rest else keyword(call, "p") or keyword(call, "ord")
        worth = self._values.worth(order)
        if isinstance(worth, (Number, Text)) and worth not in (Number(Decimal(2)), Text("fro")):
            return None
        is_open = order is not None and not isinstance(worth, (Number, Text, Nothing))
        if is_open and not isinstance(order, (cst.Name, cst.Attribute, cst.Subscript)):
            return None
        found = self._of(operation.operand, place, squared=self._is_true(keyword(call, "squared")))
        return replace(found, is_open=is_open) if found is not None else None

    def _error(self, operation: Operation, place: Place) -> Norm | None:
        """`mse_loss(p, zeros)`, as a function or as a module called on them."""
        call, words = operation.call, self._words
        operands = [operation.operand, *operation.rest]
        options: cst.Call | None = call
        if operation.name not in words["squared_error"]:
            return None
        if len(operands) < 2 or not self._is_zeros(operands[1]):
            return None
        found = self._of(operands[0], place, squared=True)
        reduction = self._values.worth(keyword(options, "reduction")) if options else None
        return replace(found, mean=reduction != Text("sum")) if found else None

    def error_module(self, place: Place) -> Norm | None:
        """`criterion(p, zeros)` where criterion is bound to a module of squared error."""
        call = place.node
        if not isinstance(call, cst.Call) or len(positional(call)) != 2 or not self._is_zeros(positional(call)[1]):
            return None
        binding = self._values.bound_once(call.func)
        built = binding.value if binding is not None else call.func
        target = self._values.worth(built.func) if isinstance(built, cst.Call) else None
        if not isinstance(target, Reference) or not isinstance(built, cst.Call):
            return None
        if target.path.rpartition(".")[2] not in self._words["squared_error_modules"]:
            return None
        found = self._of(positional(call)[0], place, squared=True)
        reduction = self._values.worth(keyword(built, "reduction"))
        return replace(found, mean=reduction != Text("sum")) if found else None

    def _is_zeros(self, node: cst.BaseExpression) -> bool:
        binding = self._values.bound_once(node)
        operation = self.operation(binding.value if binding is not None and binding.value is not None else node)
        return operation is not None and operation.name in self._words["zeros"]
