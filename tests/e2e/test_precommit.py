"""The hook as pre-commit runs it: built from a repository, installed into an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
PARTS = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "server")
GOOD = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'
CLEAN = "".join(GOOD % (number, number) for number in range(12))
PRE_COMMIT = (sys.executable, "-m", "pre_commit")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment in which git and pre-commit touch nothing outside of the test."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = tester\nemail = tester@example.invalid\n[init]\ndefaultBranch = main\n")
    own = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": str(config)}
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | own


def run(
    *command: str, cwd: Path, env: dict[str, str], check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=check)


def repository(folder: Path, env: dict[str, str]) -> None:
    run("git", "init", "-q", cwd=folder, env=env)
    run("git", "add", "-A", cwd=folder, env=env)
    run("git", "commit", "-q", "-m", "all", cwd=folder, env=env)


@pytest.fixture
def tool(tmp_path: Path, env: dict[str, str]) -> Path:
    """This project as a repository that hooks can be taken from."""
    folder = tmp_path / "tool"
    folder.mkdir()
    for part in PARTS:
        if (PROJECT / part).is_dir():
            shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / part, folder / part)
    repository(folder, env)
    return folder


def test_manifest(env: dict[str, str]) -> None:
    run(*PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml", cwd=PROJECT, env=env)


def test_commits_with_bad_rows_are_refused(tmp_path: Path, tool: Path, env: dict[str, str]) -> None:
    probe = ("-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(tmp_path), "hatchling")
    if run(sys.executable, *probe, cwd=tmp_path, env=env, check=False).returncode:
        pytest.skip("the hook is built with packages from PyPI, which cannot be reached")
    user = tmp_path / "user"
    (user / "data").mkdir(parents=True)
    (user / "data" / "train.jsonl").write_text(CLEAN)
    (user / "excluded.jsonl").write_text("{")
    (user / "other.json").write_text("{")
    (user / "turnlint.toml").write_text('target = "openai"\nexclude = ["excluded.jsonl"]\n')
    repository(user, env)
    hook = (*PRE_COMMIT, "try-repo", str(tool), "turnlint", "--all-files")
    clean = run(*hook, cwd=user, env=env, check=False)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout

    (user / "data" / "valid.ndjson").write_text(CLEAN + '{"messages":[\n')
    (user / "data" / "utf16.jsonl").write_text(CLEAN, encoding="utf-16")
    run("git", "add", "-A", cwd=user, env=env)
    refused = run(*hook, cwd=user, env=env, check=False)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "data/valid.ndjson:13:" in refused.stdout
    assert "error[invalid-json]" in refused.stdout
    assert "data/utf16.jsonl: error[not-utf8]" in refused.stdout
    assert "other.json" not in refused.stdout
    assert "excluded.jsonl" not in refused.stdout
