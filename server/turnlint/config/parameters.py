"""What the settings may say of the parameters of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turnlint.config.errors import ConfigError, named, shown, suggest
from turnlint.rules import all_rules
from turnlint.rules.wording import is_finite

__all__ = ["check_parameters", "parameter_schema"]

_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", tuple: "array"}
"""JSON types by the types of defaults."""
_WORDS = {
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array of strings",
    "object": "a table",
}


def parameter_schema(rule: str, key: str) -> dict[str, Any]:
    """The JSON Schema of a parameter: numbers are amounts, from 0 on unless the rule says from where on.

    Those that are no integers are shares of a whole.
    """
    declared = all_rules()[rule].rule
    default = declared.parameters[key]
    kind = _KINDS.get(type(default), "object")
    schema: dict[str, Any] = {"type": kind, "default": default}
    if kind in ("integer", "number"):
        schema["minimum"] = declared.least.get(key, 0)
    if kind == "number":
        schema["maximum"] = 1
    return schema


def check_parameters(rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises ConfigError for parameters by rule that no rule has, or that it cannot be given."""
    for name, parameters in rules.items():
        if name not in all_rules():
            raise ConfigError(f"unknown rule {named(name)} in [rules]{suggest(name, all_rules())}")
        known = all_rules()[name].rule.parameters
        for key, value in parameters.items():
            if key not in known:
                raise ConfigError(f"unknown parameter {named(key)} of the rule `{name}`{suggest(key, known)}")
            fault = _fault(value, parameter_schema(name, key))
            if fault:
                raise ConfigError(f"`rules.{name}.{key}` must be {fault}, not {shown(value)}")


def _fault(value: Any, schema: Mapping[str, Any]) -> str:
    """What a value must be; empty where it is that."""
    kind = schema["type"]
    fits = {
        "number": type(value) in (int, float) and is_finite(value),
        "array": isinstance(value, list) and all(isinstance(one, str) for one in value),
        "object": isinstance(value, dict),
    }
    if not fits.get(kind, type(value) is type(schema["default"])):
        return _WORDS[kind]
    if "maximum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        return f"from {schema['minimum']} to {schema['maximum']}"
    if "minimum" in schema and value < schema["minimum"]:
        return f"{schema['minimum']} or more"
    return ""
