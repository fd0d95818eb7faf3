"""Tests on the name of a parameter, read into atoms and into the places where they are written."""

import libcst as cst

from adamw_lint.model.grouping.listed import Listed
from adamw_lint.model.grouping.predicates import Atom, Predicate, Subject, Test, Written, inverse, some
from adamw_lint.model.grouping.roles import Given, Roles, What
from adamw_lint.model.scopes import Kind
from adamw_lint.model.tree import dotted, index_of, method_call, positional, text_of
from adamw_lint.model.values import Values
from adamw_lint.model.worth import Number, Reference

_SUBJECTS = {What.NAME: Subject.NAME, What.LEAF: Subject.LEAF, What.OWNER: Subject.OWNER}
_METHODS = {"startswith": Test.STARTS, "endswith": Test.ENDS}
_PATTERNS = {"re.search": "{}", "re.match": "^(?:{})", "re.fullmatch": "^(?:{})$"}


class Naming:
    """Reads the tests on names of one surveyed file."""

    def __init__(self, values: Values, roles: Roles, listed: Listed) -> None:
        self._values = values
        self._roles = roles
        self._listed = listed

    def _subject(self, node: cst.BaseExpression, given: Given) -> tuple[Subject, bool] | None:
        """Which name an expression is, and whether it is lower-cased."""
        method, folded = method_call(node), False
        if method is not None and method[1] in ("lower", "casefold"):
            node, folded = method[0], True
        role = self._roles.of(node, given)
        if role is not None and role.what in _SUBJECTS:
            return _SUBJECTS[role.what], folded
        if self._is_last_part(node, given):
            return Subject.LEAF, folded
        binding = self._values.bound_once(node) if isinstance(node, cst.Name) else None
        if binding is None or binding.kind is not Kind.ASSIGN or binding.value is None:
            return None
        return self._subject(binding.value, given) if not isinstance(binding.value, cst.Name) else None

    def _is_last_part(self, node: cst.BaseExpression, given: Given) -> bool:
        """`n.split(".")[-1]` and its kin."""
        split = method_call(node.value) if isinstance(node, cst.Subscript) else None
        if split is None or not isinstance(node, cst.Subscript) or split[1] not in ("split", "rsplit", "rpartition"):
            return False
        index, call = self._values.worth(index_of(node)), node.value
        plain = positional(call) if isinstance(call, cst.Call) else []
        role = self._roles.of(split[0], given)
        is_last = isinstance(index, Number) and index.value == -1
        return is_last and bool(plain) and text_of(plain[0]) == "." and role is not None and role.what is What.NAME

    def compared(self, test: cst.Comparison, given: Given) -> Predicate | None:
        """`"bias" in n`, `n not in texts`, `n == "bias"`."""
        operator, right = test.comparisons[0].operator, test.comparisons[0].comparator
        negated = isinstance(operator, (cst.NotIn, cst.NotEqual))
        subject, text = self._subject(right, given), self._listed.text(test.left, given)
        if isinstance(operator, (cst.In, cst.NotIn)) and subject is not None and text is not None:
            found: Predicate = _atom(Test.CONTAINS, text, subject)
            return inverse(found) if negated else found
        subject = self._subject(test.left, given)
        if subject is None or not isinstance(operator, (cst.In, cst.NotIn, cst.Equal, cst.NotEqual)):
            return None
        is_member = isinstance(operator, (cst.In, cst.NotIn))
        texts = self._texts(right, given) if is_member else _one(self._listed.text(right, given), right)
        if texts is None:
            return None
        found = some([_atom(Test.EQUALS, text, subject) for text, _ in texts])
        return inverse(found) if negated else found

    def _texts(self, node: cst.BaseExpression, given: Given) -> list[tuple[str, cst.BaseExpression]] | None:
        return self._listed.texts(node, given)

    def called(self, test: cst.Call, given: Given) -> Predicate | None:
        """`n.endswith(".bias")`, `n.startswith(("a", "b"))`, `re.search("norm", n)`."""
        found = self._matched(test, given)
        if found is None:
            return None
        asked, subject, texts = found
        return some([_atom(asked, text, subject) for text, _ in texts])

    def _matched(
        self, test: cst.Call, given: Given
    ) -> tuple[Test, tuple[Subject, bool], list[tuple[str, cst.BaseExpression]]] | None:
        method, plain = method_call(test), positional(test)
        target = self._values.worth(test.func)
        if isinstance(target, Reference) and target.path in _PATTERNS and len(plain) > 1:
            subject, text = self._subject(plain[1], given), self._listed.text(plain[0], given)
            written = None if text is None else [(_PATTERNS[target.path].format(text), plain[0])]
            return (Test.MATCHES, subject, written) if subject is not None and written is not None else None
        if method is None or method[1] not in _METHODS or len(plain) != 1:
            return None
        subject, one = self._subject(method[0], given), self._listed.text(plain[0], given)
        texts = _one(one, plain[0]) or self._listed.texts(plain[0], given)
        return (_METHODS[method[1]], subject, texts) if subject is not None and texts is not None else None

    def written(self, node: cst.Comparison | cst.Call, given: Given) -> Written | None:
        """How a test on names is written; None for any other condition."""
        if isinstance(node, cst.Call):
            return self._quantified(node, given) or self._call_written(node, given)
        operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
        negated = isinstance(operator, (cst.NotIn, cst.NotEqual))
        text = self._listed.text(node.left, given)
        if isinstance(operator, (cst.In, cst.NotIn)) and text is not None and self._subject(right, given):
            return Written(node, right, Test.CONTAINS, ((text, node.left),), None, negated)
        if self._subject(node.left, given) is None or not isinstance(operator, _EQUALITIES):
            return None
        is_member = isinstance(operator, (cst.In, cst.NotIn))
        texts = self._texts(right, given) if is_member else _one(self._listed.text(right, given), right)
        listed = self._listed.display(right, given) if is_member else None
        return None if texts is None else Written(node, node.left, Test.EQUALS, tuple(texts), listed, negated)

    def _call_written(self, node: cst.Call, given: Given) -> Written | None:
        found, method = self._matched(node, given), method_call(node)
        if found is None or method is None:
            return None
        name = positional(node)[1] if found[0] is Test.MATCHES else method[0]
        return Written(node, name, found[0], tuple(found[2]), self._listed.display(positional(node)[0], given))

    def _quantified(self, node: cst.Call, given: Given) -> Written | None:
        """`any(nd in n for nd in no_decay)`, `all(nd not in n for nd in no_decay)`."""
        plain = positional(node)
        if dotted(node.func) not in ("any", "all") or len(plain) != 1:
            return None
        each = plain[0]
        if not isinstance(each, (cst.GeneratorExp, cst.ListComp)) or each.for_in.inner_for_in or each.for_in.ifs:
            return None
        texts, target = self._listed.texts(each.for_in.iter, given), each.for_in.target
        if not texts or not isinstance(target, cst.Name) or not isinstance(each.elt, (cst.Comparison, cst.Call)):
            return None
        inner = self.written(each.elt, {**given, target: texts[0][1]})
        if inner is None or inner.negated is not (dotted(node.func) == "all"):
            return None
        listed = self._listed.display(each.for_in.iter, given)
        return Written(node, inner.name, inner.test, tuple(texts), listed, inner.negated)


def _atom(test: Test, text: str, subject: tuple[Subject, bool]) -> Atom:
    return Atom(test, text, subject=subject[0], folded=subject[1])


def _one(text: str | None, node: cst.BaseExpression) -> list[tuple[str, cst.BaseExpression]] | None:
    return None if text is None else [(text, node)]


_EQUALITIES = (cst.In, cst.NotIn, cst.Equal, cst.NotEqual)
