"""Finds optimizers that are built without a learning rate."""

from collections.abc import Iterator

from adamw_lint.plugin import Diagnostic, Fix, Module, Safety

RULE = "unwritten-rate"


def check(module: Module) -> Iterator[Diagnostic]:
    """One finding for each call that says nothing about the learning rate, and whose class has a default for it."""
    for built in module.constructions:
        name = built.optimizer.rate_argument
        default = built.default(name)
        if name in built.arguments or not built.is_complete or built.is_choice or default in (None, "None"):
            continue
        edits = module.with_argument(built, name, default)
        yield Diagnostic(
            RULE,
            built.name,
            f"no learning rate is written, so the default of {default} applies",
            f"write `{name}={default}`, or the learning rate that is meant",
            fix=Fix(f"write `{name}={default}`", edits, Safety.SAFE) if edits else None,
        )
