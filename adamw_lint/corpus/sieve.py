"""The prefilter over a whole column: which rows may concern us, found without making a Python object of any other."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from adamw_lint.read.documents import READERS
from adamw_lint.read.prefilter import Signs, signs, signs_of_settings

_SETTINGS = "|".join(re.escape(suffix) for suffix, reader in READERS.items() if reader == "settings_file")
_IS_SETTINGS = rf"(?i)(?:{_SETTINGS})$"
_NOTEBOOK = r"(?i)\.ipynb$"
_ESCAPED = r"\\u00[2-7]"  # a letter that JSON could have written as itself


def concerning(rows: pa.Table) -> pa.ChunkedArray:
    """True for the rows that the readers of single files have to look at; what is false here, they would let go.

    The facts that the user states count as far as they are known here.
    """
    contents, paths = rows["content"], rows["path"]
    chunks = []
    start = 0
    for content in contents.chunks:
        path = paths.slice(start, len(content)).combine_chunks()
        chunks.append(_concerning(_as_bytes(content), path))
        start += len(content)
    return pa.chunked_array(chunks, pa.bool_())


def _concerning(content: pa.Array, path: pa.Array) -> pa.Array:
    is_settings = pc.match_substring_regex(path, _IS_SETTINGS)
    if not pc.any(is_settings).as_py():
        return _programs(content, path)
    is_program = pc.invert(is_settings)
    found = pc.replace_with_mask(
        is_settings, is_program, _programs(content.filter(is_program), path.filter(is_program))
    )
    return pc.replace_with_mask(found, is_settings, _met(content.filter(is_settings), signs_of_settings()))


def _programs(content: pa.Array, path: pa.Array) -> pa.Array:
    found = _met(content, signs())
    is_notebook = pc.match_substring_regex(path, _NOTEBOOK)
    if not pc.any(is_notebook).as_py():
        return found
    escaped = _holds(content.filter(is_notebook), _ESCAPED)
    return pc.or_(found, pc.replace_with_mask(is_notebook, is_notebook, escaped))


def _met(content: pa.Array, conditions: Signs) -> pa.Array:
    """Whether each text meets a condition: one search for what is rare in each, the rest in what is left."""
    found = _holds(content, "|".join(first for first, *_ in conditions))
    left = content.filter(found)
    met = _all(left, conditions[0])
    for condition in conditions[1:]:
        open_ = pc.invert(met)
        met = pc.replace_with_mask(met, open_, _all(left.filter(open_), condition))
    return pc.replace_with_mask(found, found, met)


def _all(content: pa.Array, patterns: tuple[str, ...]) -> pa.Array:
    """Whether each text matches every pattern; a text that one leaves out is not searched for the next."""
    found = _holds(content, patterns[0])
    for pattern in patterns[1:]:
        found = pc.replace_with_mask(found, found, _holds(content.filter(found), pattern))
    return found


def _holds(content: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(content, pattern), False)


def _as_bytes(content: pa.Array) -> pa.Array:
    """The same texts as bytes, which takes no copy."""
    if pa.types.is_string(content.type):
        return content.view(pa.binary())
    return content.view(pa.large_binary()) if pa.types.is_large_string(content.type) else content
