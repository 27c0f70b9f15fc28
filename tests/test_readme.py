"""What the README shows is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from turnlint.config.discovery import read_config

ROOT = Path(__file__).parent.parent


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_demo_is_as_shown() -> None:
    shown = re.search(r"```console\n\$ turnlint (.+)\n([^`]*(?:`[^`\n]+`[^`]*)*)\n```", README)
    assert shown is not None
    command = [sys.executable, "-m", "turnlint", *shown[1].split(), "--output-format", "full"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, encoding="utf-8")
    start, _, end = shown[2].partition("\n…\n")
    assert done.stdout.startswith(start)
    assert done.stdout.endswith(f"{end}\n")
    assert done.returncode == 1


def test_make_demo_runs_what_is_shown() -> None:
    shown = re.search(r"\$ turnlint (check .+)", README)
    assert shown is not None
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndemo:")[2].splitlines()[1]
    assert set(shown[1].split()) <= set(recipe.split())
    assert "--output-format full" in recipe  # to people, also where the output goes into a file


def test_settings_are_valid(tmp_path: Path) -> None:
    shown = re.search(r"```toml\n(.+?)```", README, re.DOTALL)
    assert shown is not None
    file = tmp_path / "turnlint.toml"
    file.write_text(shown[1], encoding="utf-8")
    config = read_config(file, root=tmp_path)
    assert config is not None
    assert config.settings.severity
    assert config.settings.per_file_ignores
