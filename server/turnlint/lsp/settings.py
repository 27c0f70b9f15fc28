"""From what the client says and the settings files beside a document to its `Settings`."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from turnlint.config import ConfigError, resolve, suggest
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.model import Settings

__all__ = ["ClientSettings"]

logger = logging.getLogger(__name__)

_CAMEL = re.compile(r"(?<=[a-z])[A-Z]|-")
_KNOWN = tuple(field.name for field in msgspec.structs.fields(Overrides))


class ClientSettings:
    """The settings that the client sent, laid over the nearest settings file of each document.

    `tell` takes words for the user about settings that cannot be obeyed; each are said once.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._told: set[str] = set()
        self._overrides = Overrides()

    def update(self, options: Any) -> None:
        """Take `initializationOptions` or what the client sends later, named like the command line's options.

        Names may be written with hyphens, in camel case or with underscores.
        """
        try:
            self._overrides = _overrides(options)
        except (ConfigError, msgspec.ValidationError) as error:
            self._overrides = Overrides()
            self._complain(f"settings of the editor: {error}")

    def of(self, path: Path | None) -> Settings:
        """The settings of a file, or of a text that is none. Read anew each time; never raises."""
        try:
            finder = SettingsFinder(self._overrides, isolated=path is None)
            return finder.settings(path or Path.cwd() / "untitled.jsonl")
        except ConfigError as error:
            self._complain(str(error))
        except OSError as error:  # a name that no file can have
            logger.info("the settings of %s could not be read: %s", path, error)
        except Exception:
            logger.exception("the settings could not be read")
        return resolve()

    def _complain(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self._tell(f"turnlint uses its defaults. {words}")


def _overrides(options: Any) -> Overrides:
    if options is None:
        return Overrides()
    if not isinstance(options, Mapping):
        raise ConfigError("they must be an object")
    named = {_CAMEL.sub(_underscore, str(key)): value for key, value in options.items()}
    for key in named:
        if key not in _KNOWN:
            raise ConfigError(f"unknown key `{key}`{suggest(key, _KNOWN)}")
    return msgspec.convert(named, Overrides)


def _underscore(match: re.Match[str]) -> str:
    return "_" if match.group() == "-" else "_" + match.group().lower()
