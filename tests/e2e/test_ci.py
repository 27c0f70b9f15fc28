"""What we give to services: the GitHub Action and the jobs in ci/, whose steps run here as they do there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
GOOD = '{"messages":[{"role":"user","content":"Say %d"},{"role":"assistant","content":"It is %d."}]}\n'
CLEAN = "".join(GOOD % (number, number) for number in range(12))
BAD = '{"messages":[{"role":"usr","content":"Hi"},{"role":"assistant","content":"Hello."}]}\n'
SCHEMAS = {
    "action.yml": "github-actions",
    "ci/github.yml": "github-workflows",
    "ci/gitlab.yml": "gitlab-ci",
    "ci/azure.yml": "azure-pipelines",
}


def load(name: str) -> Any:
    return yaml.safe_load((PROJECT / name).read_text(encoding="utf-8"))


ACTION = load("action.yml")
INSTALL, CHECK = ACTION["runs"]["steps"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_files_are_what_the_services_read(name: str) -> None:
    judge = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{SCHEMAS[name]}", name]
    done = subprocess.run(judge, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_nothing_is_written_into_a_script() -> None:
    assert [step["run"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]] == []


def test_the_workflow_gives_what_the_action_takes() -> None:
    [given] = [
        step["with"]
        for step in load("ci/github.yml")["jobs"]["turnlint"]["steps"]
        if "/turnlint@" in step["uses"]
    ]
    assert given.keys() <= ACTION["inputs"].keys()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of a runner on which the action has installed the program."""
    folder = tmp_path_factory.mktemp("runner")
    done = step(INSTALL, folder, folder, {"github.action_path": str(PROJECT)})
    if "No matching distribution" in done.stderr or "Failed to establish" in done.stderr:
        pytest.skip("the program is installed with packages from PyPI, which cannot be reached")
    assert done.returncode == 0, done.stderr
    return folder


def step(
    step: Mapping[str, Any], runner: Path, cwd: Path, values: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as GitHub does; the expressions in its environment have these values."""
    given = {f"${{{{ {name} }}}}": value for name, value in values.items()}
    assert set(step["env"].values()) <= given.keys()
    env = {name: given[expression] for name, expression in step["env"].items()}
    env |= {"RUNNER_TEMP": str(runner), "GITHUB_STEP_SUMMARY": str(runner / "summary.md"), "CI": "true"}
    return script(step["run"], cwd, env)


def script(lines: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines],
        cwd=cwd,
        env={**known, "PIP_NO_COMPILE": "1", **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def check(runner: Path, cwd: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action with these inputs."""
    values = {name: one["default"] for name, one in ACTION["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    return step(CHECK, runner, cwd, {f"inputs.{name}": value for name, value in values.items()})


def test_the_action_tells_what_is_wrong(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CLEAN + BAD)
    summary = runner / "summary.md"
    summary.write_text("# Another step\n")
    done = check(runner, tmp_path, target="openai", sarif_file="found.sarif")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=turnlint (")
    assert ",file=a.jsonl,line=13," in done.stdout
    [run] = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    assert {one["ruleId"] for one in run["results"]} == {"unknown-role"}
    assert summary.read_text().startswith("# Another step\n")
    assert "unknown-role" in summary.read_text()


def test_the_action_passes_the_exit_status_on(runner: Path, tmp_path: Path) -> None:
    assert check(runner, tmp_path).returncode == 2  # there is nothing to check
    (tmp_path / "a.jsonl").write_text(CLEAN)
    assert check(runner, tmp_path).returncode == 0
    assert (
        check(runner, tmp_path, args="--fail-on\n  info --ignore=dataset", paths="a.jsonl\n").returncode == 0
    )


def test_inputs_give_no_orders(runner: Path, tmp_path: Path) -> None:
    """Nothing in an input is run, and a path is no option."""
    trap = "$(touch trapped) `touch trapped`; touch trapped"
    odd = ["two words.jsonl", "--exit-zero", "-ofound.jsonl", "$(touch trapped).jsonl"]
    for name in odd:
        (tmp_path / name).write_text(BAD)
    done = check(runner, tmp_path, paths="\n".join(odd), args="--select roles")
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::error ") == len(odd)
    assert check(runner, tmp_path, target=trap).returncode == 2
    assert check(runner, tmp_path, args=trap).returncode == 2
    check(runner, tmp_path, sarif_file=f"{trap}.sarif", args="--exit-zero --isolated")
    assert not (tmp_path / "trapped").exists()


def installed(runner: Path) -> dict[str, str]:
    """An environment in which what the jobs install is there already, so that pip has little to do."""
    folders = (str(runner / "turnlint" / "bin"), os.environ["PATH"])
    return {"PATH": os.pathsep.join(folders), "TURNLINT": str(PROJECT), "CI": "true"}


def test_the_job_for_gitlab(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CLEAN + BAD)
    job = load("ci/gitlab.yml")["turnlint"]
    done = script("\n".join(job["script"]), tmp_path, installed(runner))
    assert done.returncode == 1, done.stderr
    assert "a.jsonl:13:" in done.stdout
    report = tmp_path / job["artifacts"]["reports"]["codequality"]
    assert [one["location"]["path"] for one in json.loads(report.read_text())] == ["a.jsonl"]


def test_the_pipeline_of_azure(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CLEAN + BAD)
    steps = load("ci/azure.yml")["steps"]
    done = script("\n".join(one["bash"] for one in steps if "bash" in one), tmp_path, installed(runner))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("##vso[task.logissue type=error;sourcepath=a.jsonl;linenumber=13;")
    [published] = [one["inputs"] for one in steps if one.get("task", "").startswith("Publish")]
    assert ElementTree.parse(tmp_path / published["testResultsFiles"]).getroot().tag == "testsuites"
