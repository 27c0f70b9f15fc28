"""What the README shows is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_demo_is_as_shown() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```console\n\$ turnlint (.+)\n([^`]*(?:`[^`\n]+`[^`]*)*)\n```", readme)
    assert shown is not None
    command = [sys.executable, "-m", "turnlint", *shown[1].split(), "--output-format", "full"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8")
    start, _, end = shown[2].partition("\n…\n")
    assert done.stdout.startswith(start)
    assert done.stdout.endswith(f"{end}\n")
    assert done.returncode == 1
