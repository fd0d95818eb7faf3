"""What the signature of a constructor, written as Python prints it, says about its parameters."""

import ast
from functools import cache


@cache
def parameters(signature: str) -> tuple[tuple[str, ...], frozenset[str], dict[str, str]]:
    """The positional parameters, all parameters, and the defaults (as source text) of a signature."""
    function = ast.parse(f"def f({signature}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    spec = function.args
    positional = [*spec.posonlyargs, *spec.args]
    pairs = [
        *zip(reversed(positional), reversed(spec.defaults), strict=False),
        *((name, default) for name, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default),
    ]
    every = frozenset(item.arg for item in (*positional, *spec.kwonlyargs))
    return tuple(item.arg for item in positional), every, {name.arg: ast.unparse(value) for name, value in pairs}
