"""The JSON Schema of the settings: for editors, which complete and check `turnlint.toml` by it."""

from __future__ import annotations

from typing import Any

import msgspec

from turnlint.config.parameters import parameter_schema
from turnlint.config.shape import SettingsFile
from turnlint.config.targets import all_targets
from turnlint.formats import all_formats
from turnlint.rules import all_rules
from turnlint.text.ready import ready

__all__ = ["DIALECT", "settings_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of turnlint.toml, with the names of all rules, formats and targets."""
    schema = {"$schema": DIALECT, "title": "Settings of turnlint", **msgspec.json.schema(ready(SettingsFile))}
    tables = schema["$defs"]
    names: dict[str, dict[str, Any]] = {
        "selector": {"enum": ["ALL", *_selectors()]},
        "target": {"anyOf": [{"enum": list(all_targets())}, {"pattern": "^[a-z-]+:."}]},
        "format": {"enum": [one.name for one in all_formats()]},
    }
    tables |= {name: {"type": "string", **what} for name, what in names.items()}
    for table in (tables["SettingsFile"], tables["Dataset"]):
        for key in ("target", "format"):
            _refer(table["properties"][key], key)
    top = tables["SettingsFile"]["properties"]
    for key in ("select", "ignore", "extend-select"):
        top[key]["items"] = _reference("selector")
    top["per-file-ignores"]["additionalProperties"]["items"] = _reference("selector")
    tables["Exemption"]["properties"]["rules"]["items"] = _reference("selector")
    top["severity"]["propertyNames"] = {"enum": list(all_rules())}
    top["rules"] = {**_kept(top["rules"]), "additionalProperties": False, "properties": _parameters()}
    return schema


def _selectors() -> list[str]:
    rules = all_rules().values()
    families = dict.fromkeys(one.family for one in rules)
    return [*families, *(one.name for one in rules), *(f"{one.family}/{one.name}" for one in rules)]


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _refer(member: dict[str, Any], name: str) -> None:
    """Have a string be one of those with a name."""
    del member["type"]
    member |= _reference(name)


def _kept(member: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in member.items() if key != "additionalProperties"}


def _parameters() -> dict[str, Any]:
    """What each rule with parameters may be given."""
    return {
        name: {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: parameter_schema(name, key) for key in module.rule.parameters},
        }
        for name, module in all_rules().items()
        if module.rule.parameters
    }
