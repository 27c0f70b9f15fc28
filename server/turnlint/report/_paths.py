"""Paths as CI systems name them."""

from __future__ import annotations

import os
from functools import lru_cache

__all__ = ["repository_path"]


@lru_cache(maxsize=64)
def repository_path(path: str, root: str) -> str:
    """A path with `/`, relative to `root`, and without the `./` that GitHub and GitLab do not understand.

    Without a root, one that is absolute is told from the working directory. A path that leads out of the
    folder stays as it is.
    """
    if root or os.path.isabs(path):  # noqa: PTH117 - keeps the path as it is
        path = _inside(path, root or os.curdir)
    path = path.replace(os.sep, "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def _inside(path: str, folder: str) -> str:
    try:
        inner = os.path.relpath(path, folder)
    except ValueError:  # another drive
        return path
    return path if inner == os.pardir or inner.startswith(os.pardir + os.sep) else inner
