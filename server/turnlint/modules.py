"""What a package holds, for packages whose modules are found by themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.machinery import all_suffixes
from pathlib import Path

__all__ = ["modules_of", "packages_of"]


def modules_of(folders: Iterable[str]) -> list[str]:
    """The names of all modules in the folders of a package, its `__path__`, in order; none of its packages.

    Loads none of them, and not what `pkgutil` loads to do the same, which each start would pay for.
    """
    suffixes = tuple(all_suffixes())
    files = (one.name for folder in folders for one in os.scandir(folder))
    return sorted({name.partition(".")[0] for name in files if name.endswith(suffixes)} - {"__init__"})


def packages_of(folders: Iterable[str]) -> list[str]:
    """The names of all packages in the folders of another one, in order. Loads none of them."""
    heads = [f"__init__{suffix}" for suffix in all_suffixes()]
    inside = (one for folder in folders for one in Path(folder).iterdir())
    return sorted(one.name for one in inside if any((one / head).exists() for head in heads))
