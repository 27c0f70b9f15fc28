"""Settings as words of the command line: `KEY=VALUE` in TOML, laid over those of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from turnlint.config.errors import ConfigError, named

__all__ = ["INLINE", "is_inline", "laid_over", "parsed", "read_inline"]

INLINE = "--config"
"""What messages call them."""


def is_inline(word: str) -> bool:
    """Whether a word is a setting and not the path of a file: no name of a TOML file holds this mark."""
    return "=" in word and not word.endswith(".toml")


def read_inline(words: Iterable[str]) -> dict[str, Any]:
    """Read settings, of which each later one wins. Raises ConfigError for one that is no TOML."""
    document: dict[str, Any] = {}
    for word in words:
        try:
            document = laid_over(document, parsed(word))
        except ConfigError as error:
            raise ConfigError(
                f"{INLINE} {named(word)} is {error}; write KEY=VALUE with strings in quotes, "
                """such as --config 'fail-on="error"'"""
            ) from None
    return document


def parsed(text: str) -> dict[str, Any]:
    """Read TOML. Raises ConfigError, in words for the user."""
    import tomllib

    try:
        return tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of too many digits
        raise ConfigError(f"not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError("nested too deep") from None


def laid_over(below: Any, above: Mapping[str, Any]) -> Any:
    """Tables are merged; of all else, what is above counts. What is no table below is left as it is."""
    if not isinstance(below, dict):
        return below
    merged = dict(below)
    for key, value in above.items():
        other = merged.get(key)
        merged[key] = (
            laid_over(other, value) if isinstance(value, dict) and isinstance(other, dict) else value
        )
    return merged
