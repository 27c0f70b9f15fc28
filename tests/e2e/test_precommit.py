"""The hooks as pre-commit runs them: built from a repository, installed into an environment of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from turnlint.config.datasets import SUFFIXES

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
PARTS = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "docs", "server")
MANIFEST: dict[str, dict[str, Any]] = {
    one["id"]: one for one in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
}
GOOD = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'
CLEAN = "".join(GOOD % (number, number) for number in range(12))
CUT = '{"messages":[\n'
PRE_COMMIT = (sys.executable, "-m", "pre_commit")
TOOL = Path("..", "turnlint")
"""The repository of the hooks, from that of a user. The path is part of what pre-commit knows it by."""
GIT_CONFIG = "[user]\nname = tester\nemail = tester@example.invalid\n[init]\ndefaultBranch = main\n"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a test run have in common."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "pre-commit"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def env(shared: Path) -> dict[str, str]:
    """An environment in which git and pre-commit touch nothing outside of the test."""
    config = shared / "gitconfig"
    own = {"PRE_COMMIT_HOME": str(shared / "home"), "GIT_CONFIG_GLOBAL": str(config)}
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | own


@pytest.fixture(scope="session")
def tool(shared: Path, env: dict[str, str]) -> Path:
    """This project as it is now, as a repository whose hooks are installed, once in a test run.

    What pre-commit has said of that is in `installed` beside it.
    """
    folder, installed = shared / TOOL.name, shared / "installed"
    with FileLock(shared / "lock"):
        if not installed.exists():
            Path(env["GIT_CONFIG_GLOBAL"]).write_text(GIT_CONFIG)
            _copy(folder)
            User(folder, env).start()
            probe = ("-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder / "probe"))
            if run(sys.executable, *probe, "hatchling", cwd=folder, env=env).returncode:
                pytest.skip("the hooks are built with packages from PyPI, which cannot be reached")
            user = User(shared / "user", env)
            user.write({".pre-commit-config.yaml": _config(folder, env, MANIFEST)})
            user.start()
            installed.write_text(user.run(*PRE_COMMIT, "install", "--install-hooks").said)
    return folder


def _copy(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        if (PROJECT / part).is_dir():
            there, ignored = folder / part, shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / part, there, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(PROJECT / part, folder / part)


def _config(tool: Path, env: dict[str, str], hooks: Iterable[str], args: str = "[]") -> str:
    """Settings of pre-commit with hooks of the repository beside that of the user."""
    revision = run("git", "rev-parse", "HEAD", cwd=tool, env=env).stdout.strip()
    listed = "".join(f"      - id: {name}\n        args: {args}\n" for name in hooks)
    return f"repos:\n  - repo: {TOOL}\n    rev: {revision}\n    hooks:\n{listed}"


class Done(subprocess.CompletedProcess[str]):
    """What a command has said, on both streams."""

    @property
    def said(self) -> str:
        return self.stdout + self.stderr


def run(*command: str, cwd: Path, env: dict[str, str]) -> Done:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return Done(done.args, done.returncode, done.stdout, done.stderr)


class User:
    """Somebody who works in a repository."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self._env = env

    def run(self, *command: str) -> Done:
        return run(*command, cwd=self.folder, env=self._env)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def start(self) -> str:
        """Make the folder a repository with one commit; gives its hash."""
        assert self.run("git", "init", "-q").returncode == 0
        done = self.commit()
        assert done.returncode == 0, done.said
        return self.run("git", "rev-parse", "HEAD").stdout.strip()

    def commit(self) -> Done:
        """Commit everything, by the hooks that are installed."""
        self.run("git", "add", "--all")
        return self.run("git", "commit", "-m", "work")


Hooked = Callable[..., User]


@pytest.fixture
def hooked(tmp_path: Path, tool: Path, env: dict[str, str]) -> Hooked:
    """Makes a repository whose commits run hooks, by their names."""

    (tmp_path / TOOL.name).symlink_to(tool)

    def make(*hooks: str, args: str = "[]") -> User:
        user = User(tmp_path / "user", env)
        config = _config(tool, env, hooks, args)
        user.write({".pre-commit-config.yaml": config, "turnlint.toml": 'target = "openai"\n'})
        user.start()
        assert user.run(*PRE_COMMIT, "install").returncode == 0
        return user

    return make


def test_manifest(env: dict[str, str]) -> None:
    done = run(*PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml", cwd=PROJECT, env=env)
    assert (done.returncode, done.said) == (0, "")


@pytest.mark.parametrize("hook", MANIFEST)
def test_files_that_hooks_are_about(hook: str) -> None:
    pattern = re.compile(MANIFEST[hook]["files"])
    assert all(pattern.search(f"data/train{suffix}") for suffix in SUFFIXES)
    assert pattern.search("DATA.JSONL")
    assert not any(map(pattern.search, ("a.json", "a.jsonl.txt", "jsonl", "ajsonl", "jsonl/a.py", "a.gz")))


def test_hooks_for_all_files(hooked: Hooked) -> None:
    user = hooked(*MANIFEST)
    user.write({"data/train.jsonl": CLEAN, "excluded.jsonl": "{", "other.json": "{"})
    user.write({"turnlint.toml": 'target = "openai"\nexclude = ["excluded.jsonl"]\n'})
    user.run("git", "add", "--all")
    clean = user.run(*PRE_COMMIT, "run", "--all-files")
    assert clean.returncode == 0, clean.said
    assert clean.stdout.count("Passed") == len(MANIFEST)


def test_a_commit_is_stopped_and_passes_once_mended(hooked: Hooked) -> None:
    user = hooked("turnlint")
    user.write({"data/train.jsonl": CLEAN, "data/valid.jsonl": CLEAN + CUT, "other.json": "{"})
    user.write({"excluded.jsonl": "{", "turnlint.toml": 'target = "openai"\nexclude = ["excluded.jsonl"]\n'})
    (user.folder / "utf16.jsonl").write_text(CLEAN, encoding="utf-16")
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert "data/valid.jsonl:13:" in stopped.said
    assert "error[invalid-json]" in stopped.said
    assert "utf16.jsonl: error[not-utf8]" in stopped.said
    assert "other.json" not in stopped.said
    assert "excluded.jsonl" not in stopped.said
    user.write(
        {"data/valid.jsonl": CLEAN.replace("Say", "Tell"), "utf16.jsonl": CLEAN.replace("Say", "Count")}
    )
    passed = user.commit()
    assert passed.returncode == 0, passed.said
    assert "turnlint....." in passed.said
    assert user.run("git", "status", "--porcelain").stdout == ""


def test_a_file_in_git_is_checked_whatever_gitignore_says(hooked: Hooked) -> None:
    user = hooked("turnlint")
    user.write({".gitignore": "*.jsonl\n", "data/kept.jsonl": CUT, "data/other.jsonl": CUT})
    user.run("git", "add", "--force", "data/kept.jsonl")
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert "data/kept.jsonl:1:" in stopped.said
    assert "other.jsonl" not in stopped.said


def test_a_commit_is_stopped_for_fixes_and_passes_with_them(hooked: Hooked) -> None:
    user = hooked("turnlint", args="[--fix, --]")
    user.write(
        {"two words.jsonl": CLEAN.replace('"user"', '"USER"', 1), "b.jsonl": CLEAN.replace("Say", "Tell")}
    )
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert "files were modified by this hook" in stopped.said
    assert (user.folder / "two words.jsonl").read_text() == CLEAN
    passed = user.commit()
    assert passed.returncode == 0, passed.said


def test_names_of_all_kinds(hooked: Hooked) -> None:
    names = ["two words.jsonl", "名前 😀.jsonl", "it's $(odd).jsonl", "-o.jsonl", "sub/*.jsonl", "A.JSONL"]
    user = hooked("turnlint", args="[--select, json, --]")
    user.write(dict.fromkeys(names, CUT))
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert all(f"{name}:1:" in stopped.said for name in names), stopped.said
    user.write(dict.fromkeys(names, CLEAN))
    assert user.commit().returncode == 0


def test_more_names_than_one_command_takes(hooked: Hooked) -> None:
    names = [f"{number:04}-{'x' * 200}.jsonl" for number in range(800)]
    user = hooked("turnlint", args="[--select, json, --]")
    user.write(dict.fromkeys(names, GOOD % (1, 1)) | {names[0]: CUT, names[-1]: CUT})
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert stopped.said.count("Found 1 problem") == 2  # each of two commands has one
    user.write({names[0]: CLEAN, names[-1]: CLEAN})
    assert user.commit().returncode == 0


def test_commits_with_nothing_to_check(hooked: Hooked) -> None:
    user = hooked(*MANIFEST)
    user.write({"a.jsonl": CLEAN, "b.jsonl": CLEAN.replace("Say", "Tell")})
    assert user.commit().returncode == 0
    (user.folder / "b.jsonl").unlink()
    user.write({"notes.md": "Nothing of ours.\n"})
    done = user.commit()
    assert done.returncode == 0, done.said
    assert done.said.count("(no files to check)Skipped") == 2


def test_whole_data_sets(hooked: Hooked) -> None:
    """A row that leaks from one file into another is found when one of the two is committed."""
    row = GOOD.replace("Say", "When is high water on day")
    user = hooked(*MANIFEST)
    user.write(
        {
            ".gitignore": "held-out/\n",
            "turnlint.toml": 'target = "openai"\n[[dataset]]\ntrain = ["train.jsonl"]\n'
            'validation = ["held-out/*.jsonl"]\n',
            "held-out/a.jsonl": CLEAN.replace("Say", "Count") + row % (1, 1),
            "train.jsonl": CLEAN,
        }
    )
    assert user.commit().returncode == 0
    user.write({"train.jsonl": CLEAN + row % (1, 1)})
    stopped = user.commit()
    assert stopped.returncode == 1, stopped.said
    assert re.search(r"^turnlint\.+Passed$", stopped.said, re.MULTILINE)
    assert re.search(r"^turnlint \(whole data sets\)\.+Failed$", stopped.said, re.MULTILINE)
    assert "held-out/a.jsonl:13:" in stopped.said
    assert "leaked-row" in stopped.said


README = (PROJECT / "README.md").read_text(encoding="utf-8")
WAY = README.partition("\n## From nothing to a gate\n")[2].partition("\n## ")[0]
SHOWN = "\n".join(re.findall(r"```console\n(.+?)```", WAY, re.DOTALL))
STEPS = re.findall(r"^\$ (.*<< END\n(?:.+\n)+?END|.+)\n((?:(?!\$ ).*\n)*)", SHOWN, re.MULTILINE)


def test_the_way_of_a_newcomer(tmp_path: Path, tool: Path, env: dict[str, str]) -> None:
    """What the README shows from nothing to a commit that is stopped is what happens."""
    shop = tmp_path / "shop"
    shutil.copytree(PROJECT / "fixtures" / "newcomer", shop)
    (tmp_path / TOOL.name).symlink_to(tool)
    path = os.pathsep.join((str(Path(sys.executable).parent), env["PATH"]))
    there = {**env, "PATH": path, "TURNLINT_OUTPUT_FORMAT": "concise"}
    run("git", "init", "-q", cwd=shop, env=there)
    assert len(STEPS) == len(re.findall(r"^\$ ", SHOWN, re.MULTILINE)) > 9
    for command, output in STEPS:
        done = run("bash", "-c", f"exec 2>&1\n{command}", cwd=shop, env=there)
        said = done.stdout
        if command.endswith(" --install-hooks"):  # which this run of the tests has done before
            assert said.splitlines() == output.splitlines()[:1]
            said = (tool.parent / "installed").read_text()
        assert said.strip() == output.strip(), command
