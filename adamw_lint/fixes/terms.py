"""Takes an addend out of a sum, and with it everything in the file that only served it."""

from collections.abc import Iterable, Iterator

import libcst as cst

from adamw_lint.diagnostics import Edit, Span
from adamw_lint.fixes.edits import line_of
from adamw_lint.manual import Manual
from adamw_lint.model.module import Module
from adamw_lint.model.scopes import Binding, Kind, Scope, find
from adamw_lint.model.tree import descendants, dotted, method_call, text_of, walked
from adamw_lint.model.worth import Reference
from adamw_lint.rulebook import words

_PURE = frozenset({"sum", "list", "tuple", "filter", "enumerate", "zip", "float", "int", "len", "isinstance", "next"})
_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)


def drop(module: Module, addend: cst.BaseExpression, kept: Iterable[str], is_script: bool) -> tuple[Edit, ...]:
    """The edits that take an addend out; raises Manual where it does not stand in a sum by itself.

    Names in `kept` are used elsewhere from now on; `is_script` says that no other module imports this one.
    """
    statement = _whole_statement(module, addend)
    removal = Removal(module, frozenset(kept), is_script)
    if not removal.is_pure(addend):
        raise Manual("computing it does something else as well")
    edits = removal.of(statement or addend, statement)
    return tuple(edits) if statement is not None else (_cut(module, addend), *edits)


def _whole_statement(module: Module, addend: cst.BaseExpression) -> cst.BaseSmallStatement | None:
    """The statement that does nothing but add: `loss += addend`, `loss = loss + addend`, `model.add_loss(addend)`."""
    parent = module.survey.parents[addend]
    if isinstance(parent, cst.Lambda):
        parent = module.survey.parents[parent]
    if isinstance(parent, cst.Arg):
        return _adding(module, module.survey.parents[parent])
    if isinstance(parent, cst.AugAssign) and isinstance(parent.operator, cst.AddAssign):
        return parent
    above = module.survey.parents.get(parent)
    if not isinstance(parent, cst.BinaryOperation) or not isinstance(above, cst.Assign) or len(above.targets) != 1:
        return None
    name = dotted(above.targets[0].target)
    is_same = name is not None and name == dotted(_sibling(parent, addend))
    return above if is_same and isinstance(parent.operator, cst.Add) else None


def _adding(module: Module, call: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The statement that a call is which adds a loss to a model."""
    method, statement = method_call(call), module.survey.parents[call]
    is_adding = method is not None and method[1] in words("layer_penalties")["adding"]
    return statement if is_adding and isinstance(statement, cst.Expr) else None


def _sibling(parent: cst.BinaryOperation, node: cst.BaseExpression) -> cst.BaseExpression:
    return parent.left if parent.right is node else parent.right


def _cut(module: Module, addend: cst.BaseExpression) -> Edit:
    parent = module.survey.parents[addend]
    if not isinstance(parent, cst.BinaryOperation) or not isinstance(parent.operator, (cst.Add, cst.Subtract)):
        raise Manual("the penalty is no addend of a sum that is written out")
    is_right = parent.right is addend
    if isinstance(parent.operator, cst.Subtract) and not is_right:
        raise Manual("something is subtracted from the penalty")
    rest, own = _outer(module, _sibling(parent, addend)), _outer(module, addend)
    around = _outer(module, parent)
    text = module.source.text
    if parent.lpar and isinstance(_sibling(parent, addend), _ATOMS) and "#" not in text[around.start : around.end]:
        if not _may_lose_parentheses(module, parent):
            return Edit(Span(rest.end, own.end) if is_right else Span(own.start, rest.start), "")
        return Edit(around, text[rest.start : rest.end])
    return Edit(Span(rest.end, own.end) if is_right else Span(own.start, rest.start), "")


def _may_lose_parentheses(module: Module, node: cst.BinaryOperation) -> bool:
    """Parentheses that stand alone after a keyword (`return(a + b)`) or hold a line break are kept."""
    around = _outer(module, node)
    before = module.source.text[around.start - 1 : around.start]
    return "\n" not in module.source.text[around.start : around.end] and not before.isalnum()


def _outer(module: Module, node: cst.BaseExpression) -> Span:
    """The place of an expression with the parentheses that are its own."""
    span, text = module.span(node), module.source.text
    start, end = span.start, span.end
    for _ in node.lpar:
        start = text.rindex("(", 0, start)
        end = text.index(")", end) + 1
    if text[start : span.start].strip("( \t\r\n\\") or text[span.end : end].strip(") \t\r\n\\"):
        raise Manual("a comment stands between its parentheses")
    return Span(start, end)


class Removal:
    """Finds what only served removed code: bindings nobody else reads, loops that do nothing any more."""

    def __init__(self, module: Module, kept: frozenset[str], is_script: bool) -> None:
        self._module = module
        self._survey = module.survey
        self._kept = kept
        self._is_script = is_script
        self._gone: set[cst.CSTNode] = set()
        self._judged: dict[cst.FunctionDef, bool] = {}
        self._words = words("penalty") | words("parameters")

    def of(self, removed: cst.CSTNode, statement: cst.CSTNode | None) -> Iterator[Edit]:
        """The edits that remove a statement, if one is given, and all that served it or the other removed code."""
        self._gone |= set(descendants(removed))
        statements: list[cst.CSTNode] = [statement] if statement is not None else []
        while True:
            more = [*self._idle_bindings(), *self._idle_blocks(statements)]
            if not more:
                break
            statements += more
            self._gone |= {node for each in more for node in descendants(each)}
        yield from self._edits(statements)

    def _idle_bindings(self) -> list[cst.CSTNode]:
        """Statements and functions that bind names which only removed code reads."""
        found: dict[cst.CSTNode, None] = {}
        for name in [node for node in self._gone if isinstance(node, cst.Name)]:
            place = find(name.value, self._survey.use(name)) if name in self._survey.places else None
            if place is None or name.value in self._kept:
                continue
            scope = place[0]
            bindings = scope.bindings[name.value]
            owners = [self._owner(each) for each in bindings]
            is_read = self._is_read(name.value, scope, owners)
            if is_read or not all(self._is_removable(each, scope) for each in bindings):
                continue
            found |= {owner: None for owner in owners if owner not in self._gone}
        return list(found)

    def _is_read(self, name: str, scope: Scope, owners: list[cst.CSTNode]) -> bool:
        """Whether code that stays reads a name; `total = total + x` reads it only for itself."""
        for use in self._survey.names[name]:
            place = find(name, self._survey.use(use))
            stays = use not in self._gone and self._survey.statement(use) not in owners
            if stays and (place is None or place[0] is scope):
                return True
        return any(text_of(node) == name for node in self._survey.strings)

    def _owner(self, binding: Binding) -> cst.CSTNode:
        return binding.node if binding.kind is Kind.DEFINE else self._survey.statement(binding.node)

    def _is_removable(self, binding: Binding, scope: Scope) -> bool:
        owner = self._owner(binding)
        if owner in self._gone:
            return True
        if scope.is_class or (scope.is_module and not self._is_script and not binding.name.startswith("_")):
            return False
        if binding.kind is Kind.DEFINE:
            return isinstance(owner, cst.FunctionDef) and not owner.decorators
        if binding.kind is Kind.ASSIGN and isinstance(owner, cst.Assign):
            is_simple = len(owner.targets) == 1 and isinstance(owner.targets[0].target, cst.Name)
            return is_simple and self.is_pure(owner.value)
        value = owner.value if isinstance(owner, (cst.AugAssign, cst.AnnAssign)) else None
        return value is not None and self.is_pure(value)

    def is_pure(self, value: cst.BaseExpression) -> bool:
        """Whether evaluating an expression does nothing: it calls only what norms and penalties are made of."""
        return all(self._calls_pure(node) for node in descendants(value) if isinstance(node, cst.Call))

    def _calls_pure(self, call: cst.Call) -> bool:
        if dotted(call.func) in _PURE or walked(call) is not None:
            return True
        if isinstance(function := self._module.frames.target(call), cst.FunctionDef):
            return self._is_harmless(function)
        binding, method = self._module.values.bound_once(call.func), method_call(call)
        made = binding.value if binding is not None and isinstance(binding.value, cst.Call) else call
        target = self._module.values.worth(made.func)  # or of what a library has made, as a regularizer
        last = target.path.rpartition(".")[2] if isinstance(target, Reference) else method[1] if method else ""
        return any(last in known for known in self._words.values() if isinstance(known, list))

    def _is_harmless(self, function: cst.FunctionDef) -> bool:
        """Whether a function of the file changes nothing that outlives it, so that leaving its call out is no loss."""
        if function in self._judged:
            return self._judged[function]
        self._judged[function] = True  # a function that calls itself is as harmless as the rest of it
        local = self._survey.scopes[function].bindings
        for node in descendants(function.body):
            method = method_call(node)
            if method is not None and method[1] in ("append", "extend"):
                self._judged[function] &= isinstance(method[0], cst.Name) and method[0].value in local
            elif isinstance(node, cst.Call):
                self._judged[function] &= self._calls_pure(node)
            elif isinstance(node, (cst.Global, cst.Nonlocal, cst.Yield, cst.Raise)) or (
                isinstance(node, cst.AssignTarget) and not isinstance(node.target, (cst.Name, cst.Tuple))
            ):
                self._judged[function] = False
        return self._judged[function]

    def _idle_blocks(self, statements: list[cst.CSTNode]) -> list[cst.CSTNode]:
        """Loops and conditions whose whole body is gone and that do nothing else."""
        found: list[cst.CSTNode] = []
        for statement in statements:
            block = next((up for up in self._survey.ancestors(statement) if isinstance(up, cst.BaseSuite)), None)
            outer = self._survey.parents.get(block) if block is not None else None
            if block is None or outer in self._gone or not self._is_emptied(block):
                continue
            if isinstance(outer, cst.For) and outer.orelse is None and self.is_pure(outer.iter):
                found += [] if self._is_left_behind(outer) else [outer]
            elif isinstance(outer, cst.If) and outer.orelse is None and self.is_pure(outer.test):
                above = self._survey.parents[outer]
                found += [] if isinstance(above, cst.If) else [outer]
        return list(dict.fromkeys(found))

    def _is_left_behind(self, loop: cst.For) -> bool:
        """Whether code outside a loop reads what its variables were left at."""
        inside = set(descendants(loop))
        names = [node for node in descendants(loop.target) if isinstance(node, cst.Name)]
        scope = self._survey.scope(loop)
        uses = (use for name in names for use in self._survey.names[name.value] if use not in inside | self._gone)
        return any((place := find(use.value, self._survey.use(use))) and place[0] is scope for use in uses)

    def _is_emptied(self, block: cst.BaseSuite) -> bool:
        return all(self._is_gone(each) for each in block.body)

    def _is_gone(self, node: cst.CSTNode) -> bool:
        inner = node.body if isinstance(node, cst.SimpleStatementLine) else (node,)
        return all(each in self._gone for each in inner)

    def _edits(self, statements: list[cst.CSTNode]) -> Iterator[Edit]:
        outermost = [each for each in statements if not any(up in statements for up in self._survey.ancestors(each))]
        filled: set[cst.CSTNode] = set()
        for statement in sorted(outermost, key=lambda each: self._survey.orders[each]):
            line = self._survey.parents[statement]
            if isinstance(statement, cst.BaseSmallStatement) and len(getattr(line, "body", ())) != 1:
                raise Manual("its statement shares a line with another one")
            if isinstance(line, cst.SimpleStatementSuite):
                yield Edit(self._module.span(statement), "pass")
                continue
            block = self._survey.parents[line if isinstance(line, cst.SimpleStatementLine) else statement]
            if isinstance(block, cst.IndentedBlock) and self._is_emptied(block) and block not in filled:
                filled.add(block)
                yield Edit(self._module.span(statement), "pass")
            else:
                yield Edit(self._lines(statement), "")

    def _lines(self, statement: cst.CSTNode) -> Span:
        """The lines of a statement, with the blank line after it where there is one before it too."""
        span, source = line_of(self._module, statement), self._module.source
        first, last = source.position(span.start)[0], source.position(span.end)[0]
        is_bare = first == 1 or not source.line(first - 1).strip()
        if is_bare and last < source.lines and not source.line(last).strip():
            return Span(span.start, source.start(last + 1))
        return span
