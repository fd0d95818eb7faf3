"""The reason why a finding has no fix."""


class Manual(Exception):  # noqa: N818 - it is no error but an answer
    """Raised where an edit could be wrong; `reason` is a clause that the help can end with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
