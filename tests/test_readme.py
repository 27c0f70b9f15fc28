"""What the README shows is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from turnlint.config.discovery import SettingsFile, read_config

ROOT = Path(__file__).parent.parent


README = (ROOT / "README.md").read_text(encoding="utf-8")
WAY = re.search(r"\n## From nothing to a gate\n.+?(?=\n## )", README, re.DOTALL)
"""It changes files, so tests/e2e/test_precommit.py goes it, in a folder of its own."""
ELSEWHERE = README.replace(WAY[0], "") if WAY else ""
SHOWN = re.findall(r"```console\n\$ turnlint (check .+)\n([^`]*(?:`[^`\n]+`[^`]*)*)\n```", ELSEWHERE)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command for command, _ in SHOWN])
def test_runs_are_as_shown(command: str, output: str) -> None:
    assert "--fix" not in command
    words = [sys.executable, "-m", "turnlint", *command.split(), "--output-format", "full"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, encoding="utf-8")
    start, _, end = output.partition("\n…\n")
    assert done.stdout.startswith(start)
    assert done.stdout.endswith(f"{end}\n")
    assert done.returncode == 1


def test_runs_are_shown() -> None:
    assert len(SHOWN) == ELSEWHERE.count("```console\n") == 2


def test_make_demo_runs_what_is_shown() -> None:
    shown = re.search(r"\$ turnlint (check .+)", README)
    assert shown is not None
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ndemo:")[2].splitlines()[1]
    assert set(shown[1].split()) <= set(recipe.split())
    assert "--output-format full" in recipe  # to people, also where the output goes into a file


def test_settings_are_valid(tmp_path: Path) -> None:
    settings, datasets = (
        _read(tmp_path, text) for text in re.findall(r"```toml\n(.+?)```", README, re.DOTALL)
    )
    assert settings.severity
    assert settings.per_file_ignores
    assert [one.name for one in datasets.dataset[:2]] == ["support", "support"]
    assert datasets.dataset[2].grader


def _read(folder: Path, text: str) -> SettingsFile:
    file = folder / "turnlint.toml"
    file.write_text(text, encoding="utf-8")
    config = read_config(file, root=folder)
    assert config is not None
    return config.settings
