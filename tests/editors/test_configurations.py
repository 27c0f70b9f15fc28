"""The configurations of editors that the tests cannot run: they parse, and start the server."""

from __future__ import annotations

import json
import tomllib
import xml.etree.ElementTree as ElementTree
from typing import Any

import yaml
from tests.editors.programs import SHIPPED

COMMAND = ["turnlint", "server"]
SUFFIXES = ["jsonl", "ndjson"]


def read(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")


def parse(name: str) -> Any:
    return (tomllib if name.endswith(".toml") else json).loads(read(name))


def test_kate() -> None:
    language = ElementTree.fromstring(read("kate/jsonl.xml"))
    assert language.attrib["extensions"].split(";") == [f"*.{one}" for one in SUFFIXES]
    server = parse("kate/settings.json")["servers"]["turnlint"]
    assert server["command"] == COMMAND
    assert server["highlightingModeRegex"] == f"^{language.attrib['name']}$"


def test_sublime() -> None:
    syntax = yaml.safe_load(read("sublime/JSON Lines.sublime-syntax").replace("%YAML 1.2\n", ""))
    assert syntax["file_extensions"] == SUFFIXES
    client = parse("sublime/LSP.sublime-settings")["clients"]["turnlint"]
    assert (client["enabled"], client["command"], client["selector"]) == (True, COMMAND, syntax["scope"])


def test_zed() -> None:
    extension, language = parse("zed/extension.toml"), parse("zed/languages/jsonl/config.toml")
    assert language["path_suffixes"] == SUFFIXES
    server = extension["language_servers"]["turnlint"]
    assert server["languages"] == [language["name"]]
    assert server["language_ids"] == {language["name"]: "jsonl"}
    settings = parse("zed/settings.json")
    assert settings["languages"][language["name"]]["language_servers"] == list(extension["language_servers"])
    assert settings["lsp"].keys() == extension["language_servers"].keys()
    assert extension["version"] == parse("zed/Cargo.toml")["package"]["version"]
