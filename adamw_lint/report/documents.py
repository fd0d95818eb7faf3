"""JSON that every parser takes: ASCII alone, and no half of a character from a file name that is not UTF-8."""

import json
import re
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def dumped(value: Any, indent: int | None = 2) -> str:
    """The value as JSON; what is not a character, which strict parsers refuse, is replaced."""
    return json.dumps(_sound(value), indent=indent)


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _sound(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_sound(each) for each in value]
    return value
