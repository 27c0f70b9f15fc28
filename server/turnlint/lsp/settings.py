"""From what the client says and the settings files beside a document to its `Settings`."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec.structs import replace

from turnlint.config import ConfigError, resolve, suggest
from turnlint.config.discovery import Overrides, SettingsFinder
from turnlint.model import Settings
from turnlint.text.units import Encoding
from turnlint.tokens.vocabulary import ENCODINGS

__all__ = ["ClientSettings", "Held", "ServerOptions"]

logger = logging.getLogger(__name__)

_CAMEL = re.compile(r"(?<=[a-z])[A-Z]|-")
_UNDERSCORE = re.compile(r"(?<=[a-z])_([a-z])")


_Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class ServerOptions(msgspec.Struct, frozen=True):
    """What the client can say in `initializationOptions` alone, besides settings."""

    pull_diagnostics: bool = False
    """The client asks for diagnostics; none are sent unasked then."""
    max_diagnostics: _Amount = 1_000
    """So many diagnostics of a document are given, the most severe ones: VS Code keeps no more."""
    large_file_bytes: _Amount = 50 << 20
    """Files above this size are judged from disk when the client does not open them: VS Code cannot."""
    inlay_tokens: bool = True
    """Inlay hints say how many tokens a row has. The client can change this at any time."""
    trusted: bool = False
    """The user trusts the workspace: its settings may lead out of it, and load chat templates."""
    position_encoding: Encoding | None = None
    """What the client means by columns, whatever it says: some that negotiate nothing count bytes."""


class Held(msgspec.Struct, frozen=True):
    """The settings that hold for a document."""

    settings: Settings
    file: Path | None = None
    """The settings file among what they come from,"""
    trainer_config: Path | None = None
    """and the config of a trainer."""


_OPTIONS = [one.name for one in msgspec.structs.fields(ServerOptions)]
_SWITCHES = ["inlay_tokens"]
"""Options that the client can change at any time, among its settings for all documents."""
_SETTINGS = tuple(one.name for one in msgspec.structs.fields(Overrides))


class ClientSettings:
    """The settings that the client sent, laid over the nearest settings file of each document.

    `complain` takes words for the user about settings that cannot be obeyed: the same ones again and again.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self.options = ServerOptions()
        self._complain = complain
        self._by_folder: dict[Path | None, Overrides] = {}

    def begin(self, options: Any) -> None:
        """Take `initializationOptions`: settings for all documents, and options of the server."""
        try:
            named = _named(options)
            self.options = msgspec.convert(_taken(named, _OPTIONS), ServerOptions)
        except (ConfigError, msgspec.ValidationError) as error:
            self._complain(f"turnlint ignores the options of the editor: {error}")
        else:
            self.update(named)

    def update(self, settings: Any, folder: Path | None = None) -> bool:
        """Take settings of the client, for the documents of one workspace folder or for all others.

        They are named like the command line's options, with hyphens, in camel case or with underscores; null
        means unset. Says whether anything has changed.
        """
        options = self.options
        try:
            named = _named(settings)
            switched = _taken(named, _SWITCHES)
            if folder is None:
                self.options = msgspec.convert({**msgspec.structs.asdict(options), **switched}, ServerOptions)
            found = self._allowed(_overrides(named))
            SettingsFinder(found, isolated=True, lenient=True)  # says now what is wrong for each document
        except (ConfigError, msgspec.ValidationError) as error:
            found = Overrides()
            self._complain(f"turnlint ignores the settings of the editor: {error}")
        before = self._nearest((folder, *folder.parents) if folder is not None else ())
        self._by_folder[folder] = found
        return before != found or options != self.options

    def keep(self, folders: set[Path]) -> bool:
        """Forget the settings of all folders but these. Says whether there were any."""
        others = self._by_folder.keys() - {None, *folders}
        for one in others:
            del self._by_folder[one]
        return bool(others)

    def finder(self, path: Path | None) -> SettingsFinder:
        """Who knows the settings of a file, or of a text that is none. Raises ConfigError."""
        return SettingsFinder(
            self.overrides(path),
            isolated=path is None,
            trusted=self.options.trusted,
            lenient=True,
            today=date.today(),
        )

    def of(self, path: Path | None) -> Held:
        """The settings of a file, or of a text that is none. Read anew each time; never raises."""
        place = path or Path.cwd() / "untitled.jsonl"
        try:
            finder = self.finder(path)
            settings, config = finder.settings(place), finder.config(place.parent)
            trainer = finder.trainer(config, place)
        except ConfigError as error:
            self._complain(f"turnlint uses its defaults. {error}")
        except OSError as error:  # a name that no file can have
            logger.info("the settings of %s could not be read: %s", path, error)
        except Exception:
            logger.exception("the settings could not be read")
        else:
            for note in settings.notes:
                self._complain(note)
            return Held(settings, config.path, trainer.path if trainer else None)
        return Held(resolve())

    def overrides(self, path: Path | None) -> Overrides:
        """What the client said for the innermost folder that holds the path, else for all."""
        return self._nearest(path.parents if path is not None else ())

    def _allowed(self, said: Overrides) -> Overrides:
        """Leave out what may come from the files of a workspace that nobody trusts."""
        names_file = said.tokenizer and said.tokenizer not in ENCODINGS
        if self.options.trusted or not (names_file or said.chat_template):
            return said
        meant = f", else an encoding{suggest(said.tokenizer or '', ENCODINGS)}" if names_file else "."
        self._complain(
            "turnlint takes the file of a tokenizer or of a chat template from the editor only where the "
            f"workspace is trusted (initialization option `trusted`){meant}"
        )
        return replace(said, tokenizer=None if names_file else said.tokenizer, chat_template=None)

    def _nearest(self, folders: Iterable[Path]) -> Overrides:
        said = (self._by_folder.get(one) for one in (*folders, None))
        return next((one for one in said if one is not None), Overrides())


def _named(settings: Any) -> dict[str, Any]:
    """Settings by the names that they have here, without those that are unset. Raises ConfigError."""
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise ConfigError("they must be an object")
    return {_CAMEL.sub(_underscore, str(key)): value for key, value in settings.items() if value is not None}


def _taken(named: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Take some settings out of others."""
    return {name: named.pop(name) for name in names if name in named}


def _overrides(named: Mapping[str, Any]) -> Overrides:
    for key in named:
        if key not in _SETTINGS:
            raise ConfigError(f"unknown key `{_camel(key)}`{suggest(_camel(key), map(_camel, _SETTINGS))}")
    return msgspec.convert(named, Overrides)


def _camel(name: str) -> str:
    """A setting as editors write it."""
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def _underscore(match: re.Match[str]) -> str:
    return "_" if match.group() == "-" else "_" + match.group().lower()
