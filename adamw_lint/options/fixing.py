"""The options about fixes: whether they are made, and which are trusted."""

from typing import NamedTuple

from adamw_lint.options.sections import option, words


class Fixing(NamedTuple):
    """Whether to fix, and which fixes."""

    fix: bool = option("--fix", is_flag=True, help="Apply the safe fixes.")
    unsafe: bool = option("--unsafe-fixes", is_flag=True, help="Apply the unsafe ones too.")
    diff: bool = option("--diff", is_flag=True, help="Show what would be fixed and write nothing.")
    fix_only: bool = option("--fix-only", is_flag=True, help="Apply them and do not report what remains.")
    interactive: bool = option("--interactive", is_flag=True, help="Show each fix and ask before it is made.")
    exit_non_zero_on_fix: bool = option(
        "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed."
    )
    fixable: tuple[str, ...] = option(
        "--fixable", multiple=True, callback=words, metavar="RULES", help="Fix these only."
    )
    unfixable: tuple[str, ...] = option(
        "--unfixable", multiple=True, callback=words, metavar="RULES", help="Do not fix these."
    )
    extend_safe_fixes: tuple[str, ...] = option(
        "--extend-safe-fixes", multiple=True, callback=words, metavar="RULES", help="Take these as safe."
    )
    extend_unsafe_fixes: tuple[str, ...] = option(
        "--extend-unsafe-fixes", multiple=True, callback=words, metavar="RULES", help="Take these as unsafe."
    )
