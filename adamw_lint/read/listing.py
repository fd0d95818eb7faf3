"""What stands in folders, each of which is listed once where many places are asked about at one time."""

import os
from contextlib import AbstractContextManager
from contextvars import ContextVar

from adamw_lint.holding import holding

FILE, FOLDER, NOTHING = "file", "folder", ""
OTHER = "other"  # a link, a pipe, a device

Listing = dict[str, str]  # the names in a folder, and what of these each is

_LISTINGS: ContextVar[dict[str, Listing] | None] = ContextVar("listings", default=None)


def listing_once() -> AbstractContextManager[None]:
    """Inside, every folder counts as it stood when it was listed first."""
    return holding(_LISTINGS, {})


def known_listings() -> dict[str, Listing]:
    """The folders that were listed so far, by their paths, which end where a name follows."""
    return _LISTINGS.get() or {}


def listed(place: str) -> Listing:
    """What stands in a folder, whose path ends where a name follows; raises OSError."""
    known = _LISTINGS.get()
    if known is None:
        return _listed(place)
    if place not in known:
        known[place] = _listed(place)
    return known[place]


def seen(path: str) -> str:
    """What stands at a path as far as listings tell: OTHER where they do not, as where the folder was not listed."""
    known = _LISTINGS.get()
    if not known:
        return OTHER
    above, _, name = path.rpartition(os.sep)
    if (listing := known.get(above + os.sep)) is not None:
        return listing.get(name, NOTHING)
    while above:  # what is in no folder cannot hold anything
        above, _, name = above.rpartition(os.sep)
        if (listing := known.get(above + os.sep)) is not None:
            return OTHER if name in listing else NOTHING
    return OTHER


def is_file(path: str) -> bool:
    """Whether there is a file at a path, or a link to one."""
    kind = seen(path)
    return kind == FILE or (kind == OTHER and os.path.isfile(path))


def _listed(place: str) -> Listing:
    with os.scandir(place) as entries:
        return {each.name: FILE if each.is_file(follow_symlinks=False) else _folder_or_other(each) for each in entries}


def _folder_or_other(entry: "os.DirEntry[str]") -> str:
    return FOLDER if entry.is_dir(follow_symlinks=False) else OTHER
