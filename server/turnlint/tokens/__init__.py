"""Tokens: the vocabularies, and how many tokens an example has.

A `Meter` counts examples as one set of `TokenSettings` says. There are two kinds: `costs` adds what a
provider publishes for messages, tools and images to the tokens of their texts; `template` writes the example
out by a chat template, as a trainer does, and counts what comes of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from msgspec import Struct

from turnlint.model import Example, Place, TokenSettings, Turn
from turnlint.tokens.recent import Recent

__all__ = [
    "Cut",
    "Measured",
    "Meter",
    "TemplateRefusal",
    "Tokenizer",
    "TokensError",
    "TurnTokens",
    "forget",
    "meter_of",
    "tokenizer_of",
]


class TokensError(Exception):
    """A tokenizer or template that cannot be used; the message is for the user."""


class TemplateRefusal(TokensError):  # noqa: N818  # it is no error of ours
    """A chat template does not take a row; the message is what the template says, on one line and cut."""


class Tokenizer(Protocol):
    """Counts the tokens of texts. Texts that spell a special token count as the plain text they are."""

    growth: int | None
    """No text has more tokens than so many for each of its bytes of UTF-8; None where nobody knows."""

    def count(self, text: str) -> int:
        """How many tokens a text has. Raises TokensError where a tokenizer of the user's fails."""
        ...

    def head(self, text: str, tokens: int) -> int:
        """How many code points the first so many tokens cover wholly; all of a text that has no more."""
        ...


class TurnTokens(Struct, frozen=True):
    """The tokens of one turn."""

    turn: Turn
    total: int
    """All that the turn adds to its example."""
    trained: int
    """Those that the loss sees."""
    texts: int | None = None
    """Those of its texts, of calls the arguments: exact even where the total is about right. None where
    nobody counts them apart."""


class Measured(Struct, frozen=True):
    """The tokens of one example."""

    total: int
    """What is held against the limit; of preference data the prompt with the longer answer."""
    trained: int
    """Those of the total that the loss sees."""
    turns: tuple[TurnTokens, ...]
    """All turns of the example, in the order of `Example.all_turns`."""
    rest: int
    """What belongs to no turn: tool definitions, the beginning of the reply."""
    about: bool
    """A part of it is no more than a good guess."""


class Cut(Struct, frozen=True):
    """Where an example that is longer than a limit is cut."""

    turn: Turn | None
    """The first turn that loses something; None where the limit ends before all turns."""
    place: Place | None
    """The first word of its texts that is lost, where it is a text that is cut."""
    trained: int
    """So many tokens that the loss sees are left."""


class Meter(Protocol):
    """Counts the tokens of examples. Any number of threads may share one."""

    def bound(self, example: Example) -> int | None:
        """A number that the total does not exceed, found without counting; None where nobody knows one."""
        ...

    def measure(self, example: Example) -> Measured:
        """Count an example.

        Raises TemplateRefusal where the chat template refuses it, TokensError where it cannot be counted.
        """
        ...

    def cut(self, example: Example, limit: int, measured: Measured | None = None) -> Cut:
        """Say where a limit cuts an example that is longer. Raises as `measure` does.

        `measured` is what `measure` says of the example, where that is known.
        """
        ...


def meter_of(settings: TokenSettings) -> Meter:
    """The meter for some settings. Raises TokensError for a tokenizer or a template that cannot be read."""
    return _METERS.get(settings, _stamps(settings.tokenizer, settings.template))


def tokenizer_of(name: str) -> Tokenizer:
    """The tokenizer that `TokenSettings.tokenizer` names. Raises TokensError for one that cannot be read."""
    return _TOKENIZERS.get(name, _stamps(name))


def forget() -> None:
    """Give up all meters and tokenizers, with what they know of texts."""
    _METERS.clear()
    _TOKENIZERS.clear()


def _stamps(tokenizer: str, template: str | None = None) -> object:
    """What is another once a file has changed that a tokenizer and a template are read from."""
    if not Path(tokenizer).is_absolute():
        return None
    from turnlint.tokens.huggingface import sources

    return [(path, _stamp(path)) for path in sources(tokenizer, template)]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:  # whoever reads it tells
        return None
    return found.st_mtime_ns, found.st_size


def _meter(settings: TokenSettings) -> Meter:
    from turnlint.tokens.costs import ByCosts

    if settings.template is not None:
        from turnlint.tokens.template import ByTemplate

        return ByTemplate(settings)
    return ByCosts(settings)


def _tokenizer(name: str) -> Tokenizer:
    if Path(name).is_absolute():
        from turnlint.tokens.huggingface import HuggingFace

        return HuggingFace(name)
    from turnlint.tokens.bytelevel import ByteLevel

    return ByteLevel(name)


_METERS = Recent(_meter)
_TOKENIZERS = Recent(_tokenizer)
