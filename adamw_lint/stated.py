"""What users state beside the rulebook, and where it is known."""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from adamw_lint.holding import holding

if TYPE_CHECKING:
    from adamw_lint.rulebook import Optimizer, Wrapper


class Own(NamedTuple):
    """What a user states beside the rulebook.

    `norms` are words in the names of norm layers, in lower case; `embeddings` says whether they are spared as well.
    """

    optimizers: "tuple[Optimizer, ...]" = ()
    wrappers: "tuple[Wrapper, ...]" = ()
    norms: tuple[str, ...] = ()
    embeddings: bool = False


_OWN: ContextVar[Own] = ContextVar("own", default=Own())  # noqa: B039  # frozen


def knowing(own: Own) -> AbstractContextManager[None]:
    """Inside, what the user states is known as well, and says more than ours where both name one path."""
    return holding(_OWN, own)


def own() -> Own:
    """What the user states, as far as it is known here."""
    return _OWN.get()
