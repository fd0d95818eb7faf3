"""Which settings count where: those of the nearest file above each linted file, and the command line over all."""

import os
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from os.path import dirname, isfile, islink, realpath
from typing import Any

from adamw_lint.configuration.files import Layer, in_folder, inline, layers
from adamw_lint.configuration.merged import settled
from adamw_lint.errors import SettingsError
from adamw_lint.read.listing import FOLDER, seen
from adamw_lint.settings import Settings


class Configuration:
    """The settings of every folder, each read once; `settings` alone count everywhere where they are given."""

    def __init__(self, over: tuple[Layer, ...] = (), file: str | None = None, isolated: bool = False) -> None:
        """`over` goes over the files; `file` counts instead of those that are found, and `isolated` looks for none."""
        self._over = over
        self._file = file
        self._isolated = isolated
        self.nearest = cache(self._nearest)
        self._settled: dict[str | None, Settings] = {}
        self._of_folder = cache(lambda folder: self.at(self._real(folder)))
        self._real = cache(self._real_one)

    @classmethod
    def of(
        cls,
        given: Iterable[str] = (),
        flags: Mapping[str, Any] | None = None,
        isolated: bool = False,
        place: str = "on the command line",
    ) -> "Configuration":
        """What the command line asks for: `given` are the values of --config, `flags` go over them, from `place`.

        Raises SettingsError about the first that makes no sense.
        """
        here = os.getcwd()
        files = [each for each in given if "=" not in each or isfile(each)]
        over = [inline(each, here) for each in given if each not in files]
        if len(files) > 1 or (files and isolated):
            others = "--isolated" if isolated else f"--config {files[0]}"
            raise SettingsError(f"--config {files[-1]}: only one file of settings can count, not {others} as well")
        if files and not isfile(files[0]):
            raise SettingsError(f"--config {files[0]}: there is no such file, and `key = value` has a `=`")
        said = Layer.of_table(dict(flags or {}), here, f"{place}: ", "")
        return cls((*over, said), realpath(files[0]) if files else None, isolated)

    @classmethod
    def everywhere(cls, settings: Settings) -> "Configuration":
        """The same settings for every file."""
        found = cls(isolated=True)
        found._settled[None] = settings
        return found

    @cached_property
    def here(self) -> Settings:
        """The settings of the working folder."""
        return self.at(os.getcwd())

    def of_file(self, path: str) -> Settings:
        """The settings of a file; raises SettingsError."""
        return self._of_folder(dirname(path))

    def _real_one(self, folder: str) -> str:
        """The folder itself, whatever links lead to it: that of the folder around it, most often, and one name more."""
        above, _, name = folder.rpartition(os.sep)
        if not above or name in ("", os.curdir, os.pardir):
            return realpath(folder)
        found = f"{self._real(above)}{os.sep}{name}"
        return found if seen(found) == FOLDER or not islink(folder) else realpath(folder)

    def at(self, folder: str) -> Settings:
        """The settings of what stands in a folder, which is absolute; raises SettingsError."""
        if self._file is not None or self._isolated:
            return self._settle(self._file)
        return self._settle(self.nearest(folder))

    def _nearest(self, folder: str) -> str | None:
        """The nearest file of settings, from a folder upward."""
        found = in_folder(folder)
        above = dirname(folder)
        return found if found is not None or above == folder else self.nearest(above)

    @property
    def baselines(self) -> list[str]:
        """The baselines that count anywhere where settings were asked for so far."""
        found = (settings.baseline for settings in self._settled.values())
        return [path for path in found if path is not None]

    def _settle(self, path: str | None) -> Settings:
        if path not in self._settled:
            self._settled[path] = self._read(path)
        return self._settled[path]

    def _read(self, path: str | None) -> Settings:
        """A file that is named counts as if it stood in the working folder."""
        folder = dirname(path) if path is not None and path != self._file else os.getcwd()
        written = layers(path, folder) if path is not None else ()
        return settled([*written, *self._over], folder)
