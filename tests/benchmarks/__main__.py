"""`make bench`: every budget of the design, measured, with F of the same run as the yardstick.

`python -m tests.benchmarks 5` takes files of 5 MB instead of 50, and `python -m tests.benchmarks server` runs
one part alone: `command`, `formats`, `tokens`, `server` or `neovim`. `python -m tests.benchmarks generate
10240 FILE` writes a file of 10 GB with copies, near copies and contradictions in it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import command, formats, neovim, server, tokens
from tests.benchmarks.data import write

PARTS: dict[str, Callable[[Path, int], None]] = {
    "command": command.main,
    "formats": formats.main,
    "tokens": tokens.main,
    "server": server.main,
    "neovim": neovim.main,
}


def main(words: list[str]) -> None:
    """Run the parts that are named, or all; or write a file."""
    if words[:1] == ["generate"]:
        write("large", Path(words[2]), int(words[1]) << 20)
        return
    megabytes = [int(word) for word in words if word.isdecimal()] or [50]
    parts = [word for word in words if not word.isdecimal()] or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    folder = Path(tempfile.gettempdir()) / "turnlint-benchmarks"
    folder.mkdir(exist_ok=True)
    for part in parts:
        PARTS[part](folder, megabytes[0])


if __name__ == "__main__":
    main(sys.argv[1:])
