"""Finds the programs that the tests drive: what tests/editors/install brought, else what the system has."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

__all__ = ["SHIPPED", "environment", "lacks", "need"]

_ROOT = Path(__file__).parents[2]
SHIPPED = _ROOT / "editors"
"""The folder of the configurations that we ship."""
_BROUGHT = _ROOT / ".editors"
_FORGIVEN = "cannot be reached"
"""So tests/editors/install says that an archive is away, for which nobody here is to blame."""


def need(name: str) -> str:
    """The path of a program. The test is skipped without it, with the reason."""
    folders = os.pathsep.join([str(_BROUGHT / "bin"), os.environ.get("PATH", os.defpath)])
    return shutil.which(name, path=folders) or lacks(name)


def lacks(name: str) -> NoReturn:
    """Skip a test for want of a program; in CI, where all are brought, fail it unless an archive is away."""
    reason = f"{name}: {_reasons().get(name, 'it is not installed; `make editors` brings it')}"
    if os.environ.get("CI") and _FORGIVEN not in reason:
        pytest.fail(reason)
    pytest.skip(reason)


def environment(home: Path) -> dict[str, str]:
    """Variables for a program that sees `turnlint` on its path and keeps what it writes in a folder.

    Of the user's own settings it sees none.
    """
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE", "DATA", "STATE")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **folders, "HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8"}


def _reasons() -> dict[str, str]:
    """Why something is missing, by its name, as tests/editors/install found it."""
    missing = _BROUGHT / "missing"
    lines = missing.read_text(encoding="utf-8").splitlines() if missing.exists() else []
    return dict(line.split(": ", 1) for line in lines)
