"""How rules are named wherever people name them: by name, by code, or by the beginning of a code."""

from adamw_lint.errors import instead
from adamw_lint.pages import families, own_pages, pages


def rules_of(word: str) -> frozenset[str]:
    """The names of the rules that a word stands for; none where it stands for nothing."""
    codes = {page.code: page.name for page in pages().values()}
    by_code = word.startswith(tuple(families()))
    return frozenset(name for code, name in codes.items() if name == word or (by_code and code.startswith(word)))


def no_rule(word: str) -> str:
    """What is said about a word that stands for no rule."""
    return f"there is no rule `{word}`{instead(word, [*(page.code for page in pages().values()), *pages()])}"


def closeness(word: str) -> int:
    """How closely a word names a rule: a name as closely as its code."""
    return len(pages()[word].code) if word in pages() else len(word)


def selectors() -> list[str]:
    """Every word that stands for a rule of the linter's own."""
    codes = [page.code for page in own_pages().values()]
    shortest = {code: len(code.rstrip("0123456789")) for code in codes}
    beginnings = {code[:end] for code in codes for end in range(shortest[code], len(code) + 1)}
    return [*sorted(beginnings), *own_pages()]
