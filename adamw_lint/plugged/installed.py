"""Which plug-ins are installed beside the linter: packages that bring rules of their own."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from functools import cache
from typing import NamedTuple
from zlib import adler32, crc32

from adamw_lint.errors import PluginError
from adamw_lint.holding import holding
from adamw_lint.kept import edition, kept, stamps

GROUP = "adamw_lint.rules"  # the entry points whose values are the packages of plug-ins
RULES = "rules"  # the folder of such a package that holds its pages

_INFO = ".dist-info"
# Only what an installer puts somewhere is looked at, never the folder of whatever is linted.
_SITES = ("site-packages", "dist-packages")
_ISOLATED: ContextVar[bool] = ContextVar("isolated", default=False)


class Plugin(NamedTuple):
    """A package with rules: `project` and `version` are what was installed, `folder` is where the package lies."""

    package: str
    project: str
    version: str
    folder: str

    def __str__(self) -> str:
        return f"{self.project} {self.version}"

    def broken(self, reason: str) -> PluginError:
        """The error that ends a run in which the plug-in is needed."""
        return PluginError(f"plug-in {self}: {reason}; until that is mended, uninstall it or use `--isolated`")

    @property
    def edition(self) -> tuple[object, ...]:
        """What the plug-in is, to the file, as plain data."""
        seen = repr(sorted(stamps(self.folder))).encode(errors="surrogateescape")
        return *self, crc32(seen), adler32(seen)


def isolated(wanted: bool) -> AbstractContextManager[None]:
    """Inside, no plug-in is there if that is wanted."""
    return holding(_ISOLATED, wanted)


def is_isolated() -> bool:
    """Whether the linter is to do without plug-ins."""
    return _ISOLATED.get()


def plugins() -> tuple[Plugin, ...]:
    """The plug-ins that count, by the names of their packages; raises PluginError about one that is not whole."""
    return () if _ISOLATED.get() else _plugins()


@cache
def _plugins() -> tuple[Plugin, ...]:
    return tuple(Plugin(*row) for row in _rows())


def _installation() -> tuple[object, ...]:
    """What changes whenever anything is installed: the times of the folders that it would be put into."""
    return edition(), tuple((site, os.stat(site).st_mtime_ns) for site in _sites())


@kept(key=_installation)
def _rows() -> list[tuple[str, str, str, str]]:
    """Each plug-in as plain data.

    `importlib.metadata` would tell as much, and takes many times as long.
    """
    found: dict[str, Plugin] = {}
    for site in _sites():
        for info in sorted(_infos(site)):
            project, _, version = info.removesuffix(_INFO).partition("-")
            for package in _packages(os.path.join(site, info, "entry_points.txt")):
                plugin = Plugin(package, project.replace("_", "-"), version, "")
                found.setdefault(package, plugin._replace(folder=_folder(plugin)))
    return [(each.package, each.project, each.version, each.folder) for _, each in sorted(found.items())]


def _sites() -> list[str]:
    return [path for path in sys.path if os.path.basename(path) in _SITES and os.path.isdir(path)]


def _infos(site: str) -> list[str]:
    with os.scandir(site) as entries:
        return [entry.name for entry in entries if entry.name.endswith(_INFO)]


def _packages(path: str) -> Iterator[str]:
    """The packages that the entry points in a file name in our group."""
    text = ""
    with suppress(OSError, UnicodeDecodeError), open(path, encoding="utf-8") as file:
        text = file.read()
    if f"[{GROUP}]" not in text:
        return
    inside = False
    for line in map(str.strip, text.split("\n")):
        if line.startswith("["):
            inside = line == f"[{GROUP}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            yield line.partition("=")[2].strip()


def _folder(plugin: Plugin) -> str:
    """Where a package lies, found without importing it or one around it."""
    from importlib.util import find_spec

    top, *below = plugin.package.split(".")
    spec = find_spec(top) if top.isidentifier() else None
    places = [os.path.join(place, *below) for place in (spec.submodule_search_locations if spec else None) or ()]
    if folder := next(filter(os.path.isdir, places), None):
        return os.path.abspath(folder)
    raise plugin.broken(f"its entry point names `{plugin.package}`, and there is no such package")
