"""What a user of Neovim waits for: from an edit to the message of the server, and to what is shown of it.

Between these two Neovim 0.11 reads the whole buffer, which no server can mend.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.data import write
from tests.benchmarks.measure import figure, spread, title
from tests.editors.neovim import MISSING, neovim, run_lua

__all__ = ["main"]

EDITS = 200


def main(folder: Path, megabytes: int) -> None:
    """Print the table."""
    if neovim() is None:
        print(f"\nNeovim was not measured: {MISSING}")
        return
    path = write("chat", folder / f"chat-{megabytes}.jsonl", megabytes << 20)
    report = run_lua("latency.lua", path, folder, str(EDITS), timeout=300)
    title(f"Neovim, {path.name}, its own delay off", "p50 ms", "p95 ms", "max ms")
    for kind in ("character", "newline"):
        for moment, words, budget in (("came", "message", 10.0), ("shown", "shown", None)):
            times = spread([took[moment] / 1e3 for took in report[kind]])
            figure(f"{kind}, {words}", *times, budget=budget, judged=1)
    title("", "ms")
    figure("opened, first message", report["opened"]["came"])
    assert report["left"] == 0, "the file is clean again at the end"
