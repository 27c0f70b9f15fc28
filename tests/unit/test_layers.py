"""Imports point downwards only, and the command line starts light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import turnlint

ROOT = Path(turnlint.__file__).parent

LAYERS = (
    {"model", "modules"},
    {"text"},
    {"formats", "tokens"},
    {"corpus"},
    {"rules"},
    {"engine"},
    {"targets", "config", "report"},
    {"lsp"},
    {"cli"},
)
"""From the bottom up; a module imports from its own part and from lower layers."""
HEIGHT = {part: height for height, layer in enumerate(LAYERS) for part in layer}
HEAVY = (
    *("pygls", "lsprotocol", "tiktoken", "tokenizers", "jinja2"),
    *("numpy", "rich", "jsonschema_rs", "hyperscan"),
)

MODULES = sorted(ROOT.rglob("*.py"))


def _part(module: str) -> str:
    """The part of the package that a dotted name belongs to; empty for the package itself."""
    return module.partition(".")[2].partition(".")[0]


def _imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, anywhere in it, with the line."""
    package = [ROOT.name, *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names] if base == ROOT.name else [base]
        else:
            continue
        yield from ((node.lineno, name) for name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    own = _part(".".join([ROOT.name, *path.relative_to(ROOT).with_suffix("").parts]))
    if own in ("__init__", "__main__"):
        return
    assert own in HEIGHT, f"{own} has no layer"
    for line, name in _imported(path):
        part = _part(name) if name.startswith(f"{ROOT.name}.") else ""
        allowed = part == own or part not in HEIGHT or HEIGHT[part] < HEIGHT[own]
        assert allowed, f"{path.name}:{line} imports {name}, which is no lower layer"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_server_knows_pygls(path: Path) -> None:
    packages = {name.partition(".")[0] for _, name in _imported(path)}
    assert "lsp" in path.parts or not packages & {"pygls", "lsprotocol"}


def test_the_command_line_starts_light() -> None:
    listing = "import sys, turnlint.cli; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(run.stdout.split())
