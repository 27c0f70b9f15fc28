"""The tokenizers of open models: a local `tokenizer.json`, by the library that trainers use (extra `hf`).

Nothing is downloaded. The files that stand beside it name its special tokens and hold its chat template.
"""

from __future__ import annotations

import re
from array import array
from base64 import b64decode
from bisect import bisect_left
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import Any

import msgspec
from msgspec import Struct

from turnlint.tokens import TokensError
from turnlint.tokens.kept import Kept
from turnlint.tokens.process import Program

__all__ = ["Encoded", "HuggingFace", "find_template", "read_templates", "sources", "special_tokens"]

_LARGEST_TOKENIZER = 256 << 20
_LARGEST_FILE = 16 << 20
_READING_SECONDS = 120.0
_SECONDS = 30.0
_CODE_POINTS_A_SECOND = 15_000
"""A third of what the process itself allows, which goes by the time that it really has."""
_TEMPLATE = "chat_template.jinja"
_CONFIG = "tokenizer_config.json"
_LEGACY = "special_tokens_map.json"
_MORE_TEMPLATES = "additional_chat_templates"
_SURROGATE = re.compile("[\ud800-\udfff]")
_FLAGS = frozenset(("single_word", "lstrip", "rstrip", "normalized", "special"))
_TOKEN = _FLAGS | {"content"}
_Json = dict[str, Any]


class Encoded(Struct, frozen=True):
    """The tokens of a text: where each begins and ends, in code points, and which of them are special.

    Tokens that share a character all cover the whole of it.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    special: Sequence[int]
    """Positions in the other two."""

    def before(self, position: int) -> int:
        """How many tokens begin before a position of the text."""
        return bisect_left(self.starts, position)

    def holding(self, position: int) -> int | None:
        """The first token that holds the character at a position; None where none does."""
        place = bisect_left(self.ends, position + 1)
        return place if place < len(self.ends) and self.starts[place] <= position else None


class HuggingFace:
    """A `Tokenizer` by a `tokenizer.json`, in a process of its own; any number of threads may share it."""

    growth: int | None

    def __init__(self, name: str | Path) -> None:
        """Read a tokenizer. Raises TokensError where that cannot be done, or the extra is not installed."""
        path = Path(name)
        _require_file(path, _LARGEST_TOKENIZER)
        opening = {"path": str(path), "added": _added(path.parent)}
        self._program = Program("encode", ("tokenizers",), path.name, opening, _READING_SECONDS)
        self._kept = Kept(partial(_encode, self._program))
        try:
            self.growth = self._program.ask(None, _READING_SECONDS)
        except TokensError as error:
            raise TokensError(f"{error} (a `tokenizer.json` as transformers saves it is wanted)") from None

    def count(self, text: str, *, rendered: bool = False) -> int:
        """How many tokens a text has; in one that a chat template wrote, special tokens are what they spell.

        A lone surrogate counts as U+FFFD.

        Raises TokensError where the tokenizer fails.
        """
        count: int = _encode(self._program, text, rendered=True) if rendered else self._kept(text)
        return count

    def head(self, text: str, tokens: int) -> int:
        """How many code points the first so many tokens cover wholly; all of a text that has no more."""
        encoded = self._layout(text, rendered=False)
        if tokens >= len(encoded.starts):
            return len(text)
        return min(encoded.starts[tokens], encoded.ends[tokens - 1]) if tokens > 0 else 0

    def layout(self, text: str) -> Encoded:
        """Where the tokens are of a text that a chat template wrote. Raises TokensError as `count` does."""
        return self._layout(text, rendered=True)

    def _layout(self, text: str, *, rendered: bool) -> Encoded:
        packed = _encode(self._program, text, rendered=rendered, layout=True)
        return Encoded(**{name: array("I", b64decode(numbers)) for name, numbers in packed.items()})


def _encode(program: Program, text: str, *, rendered: bool = False, layout: bool = False) -> Any:
    text = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    question = {"text": text, "plain": not rendered, "layout": layout}
    return program.ask(question, _SECONDS + len(text) / _CODE_POINTS_A_SECOND)


def find_template(folder: Path) -> Path | None:
    """The file in the folder of a model that holds its chat template; None where there is none."""
    if (folder / _TEMPLATE).is_file():
        return folder / _TEMPLATE
    for name in (_CONFIG, "chat_template.json"):
        try:
            if _read_json(folder / name).get("chat_template"):
                return folder / name
        except TokensError:  # whoever uses the file tells
            continue
    return None


def read_templates(path: Path) -> dict[str, str]:
    """The chat templates in a file by name: `default`, and `tool_use` for rows with tools where there is one.

    Raises TokensError for a file that cannot be read or that holds no template.
    """
    if path.suffix != ".json":
        return {one.stem: _read(one) for one in _more(path)} | {"default": _read(path)}
    held = _parsed(path).get("chat_template")
    if type(held) is str:
        return {"default": held}
    listed = held if type(held) is list else ()
    named = {one.get("name"): one.get("template") for one in listed if type(one) is dict}
    templates = {name: text for name, text in named.items() if type(name) is str and type(text) is str}
    if "default" not in templates:
        raise TokensError(f"{path.name} holds no chat template")
    return templates


def sources(tokenizer: str, template: str | None = None) -> list[Path]:
    """All files, if they are there, that a tokenizer and a chat template are read from."""
    path = Path(tokenizer)
    templates = [] if template is None else [Path(template), *_more(Path(template))]
    return [path, path.with_name(_CONFIG), path.with_name(_LEGACY), *templates]


def special_tokens(folder: Path) -> dict[str, str]:
    """The special tokens in the folder of a model that its template may name: `bos_token` and the like.

    Raises TokensError for a file there that cannot be read.
    """
    return {name: token["content"] for name, token in _named(_configuration(folder)).items()}


def _more(template: Path) -> list[Path]:
    """The files with templates for special ends that belong to a template."""
    folder = template.with_name(_MORE_TEMPLATES)
    return sorted(folder.glob("*.jinja")) if template.name == _TEMPLATE else []


def _added(folder: Path) -> list[_Json]:
    """The tokens that the configuration names, which trainers add to a tokenizer that lacks them."""
    config = _configuration(folder)
    listed = [*_members(config, "added_tokens_decoder").values(), *_named(config).values()]
    for key in ("extra_special_tokens", "additional_special_tokens"):
        extra = config.get(key)
        listed += map(_special, extra if type(extra) is list else ())
    tokens = [{key: token[key] for key in token.keys() & _TOKEN} for token in listed if _is_token(token)]
    return list({token["content"]: token for token in tokens}.values())


def _configuration(folder: Path) -> _Json:
    config = _read_json(folder / _CONFIG)
    return config if "added_tokens_decoder" in config else config | _read_json(folder / _LEGACY)


def _named(config: _Json) -> dict[str, _Json]:
    """The special tokens that have names."""
    named = (config | _members(config, "extra_special_tokens")).items()
    tokens = {name: _special(token) for name, token in named if name.endswith("_token")}
    return {name: token for name, token in tokens.items() if _is_token(token)}


def _special(token: Any) -> Any:
    """A special token, which may be written as its text alone, as an object."""
    return {**token, "special": True} if type(token) is dict else {"content": token, "special": True}


def _is_token(token: Any) -> bool:
    if type(token) is not dict or any(type(token.get(key, False)) is not bool for key in _FLAGS):
        return False
    return type(token.get("content")) is str and token["content"] != ""


def _members(config: _Json, key: str) -> _Json:
    held = config.get(key)
    return held if type(held) is dict else {}


def _read_json(path: Path) -> _Json:
    return _parsed(path) if path.exists() else {}


def _parsed(path: Path) -> _Json:
    try:
        return msgspec.json.decode(_read(path), type=_Json)
    except (msgspec.DecodeError, RecursionError) as error:
        raise TokensError(f"{path.name}: {error}") from None


def _read(path: Path) -> str:
    _require_file(path, _LARGEST_FILE)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TokensError(f"{path.name}: {error}") from None


def _require_file(path: Path, largest: int) -> None:
    """Raises TokensError for anything but a file of a sane size."""
    try:
        found = path.stat()
    except OSError as error:
        raise TokensError(f"{path.name}: {error.strerror}") from None
    if not S_ISREG(found.st_mode):
        raise TokensError(f"{path.name} is no file")
    if found.st_size > largest:
        raise TokensError(f"{path.name} is larger than {largest >> 20} MiB")
