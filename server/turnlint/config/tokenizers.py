"""From what the settings say of tokens to a `Counting`: which files are meant, and whether they may be used.

A tokenizer is data; a chat template is a program. What a settings file names stays inside its folder, and no
template is taken from there, unless the user trusts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from turnlint.config import Counting
from turnlint.config.errors import named, suggest
from turnlint.config.hub import cached_model, is_hub_name
from turnlint.config.models import find_model
from turnlint.config.paths import Basis, exists

__all__ = ["Said", "counting"]

_TOKENIZER = "tokenizer.json"
_BESIDE = ("tokenizer_config.json", "special_tokens_map.json")
"""What is read with a tokenizer, since it names special tokens."""
_ALONE = "a chat template counts only with the tokenizer of its model: name that too"
_WITHHELD = (
    "a chat template is a program, and settings files name none unless the workspace is trusted "
    "(on the command line, --tokenizer and --chat-template do)"
)


class Said(Basis, frozen=True):
    """What one layer of the settings says of tokens; what is empty is not said."""

    HINT: ClassVar[str] = (
        ": name it with --tokenizer or --chat-template, or trust the workspace in the editor"
    )

    limit: int = 0
    tokenizer: str = ""
    template: str = ""


def counting(layers: Sequence[Said]) -> Counting:
    """Lay what several layers say over each other, the strongest one first.

    A template belongs to the tokenizer that its own layer or a weaker one names. Raises ConfigError for what
    cannot be found, and for what may not be used.
    """
    limit = next((one.limit for one in layers if one.limit), 0)
    naming = next((at for at, one in enumerate(layers) if one.tokenizer), None)
    templates = [one for one in layers[: None if naming is None else naming + 1] if one.template]
    layer = None if naming is None else layers[naming]
    if layer is None or layer.tokenizer in _encodings():
        if templates:
            raise templates[0].fault(_ALONE)
        return Counting(limit, layer.tokenizer if layer else "")
    tokenizer = _tokenizer(layer)
    template = _template(layer, templates, tokenizer.parent)
    withheld = template is None and not layer.trusted
    notes = (f"Tokens are counted by {layer.tokenizer} alone: {_WITHHELD}.",) if withheld else ()
    return Counting(limit, str(tokenizer), str(template) if template else None, notes)


def _tokenizer(layer: Said) -> Path:
    """The file of a tokenizer, which is named itself, or by its folder, or by its model."""
    word = layer.tokenizer
    path = layer.path(word)
    if exists(path):
        file = f"{word}/{_TOKENIZER}" if path.is_dir() else word
        for name in _BESIDE:
            layer.path(str(PurePath(file).with_name(name)))
        return layer.file(file)
    if not is_hub_name(word):
        raise layer.fault(f"there is no encoding and no file {named(word)}{_meant(word)}")
    folder = cached_model(word)
    if folder is None:
        raise layer.fault(
            f"`{word}` is no file, and no model in the cache of the Hugging Face hub "
            f"(turnlint downloads nothing; `hf download {word}` does)"
        )
    if not exists(folder / _TOKENIZER):
        raise layer.fault(f"the cache of the Hugging Face hub has no {_TOKENIZER} of `{word}`")
    return folder / _TOKENIZER


def _template(layer: Said, templates: Sequence[Said], folder: Path) -> Path | None:
    """The file with the chat template: the one that is named, else the one beside the tokenizer."""
    files = [(one.file(one.template), one.trusted) for one in templates]
    if files:
        return next((path for path, trusted in files if trusted), None)
    if not layer.trusted:
        return None
    from turnlint.tokens.huggingface import find_template

    return find_template(folder)


def _meant(word: str) -> str:
    """What was probably meant by a word that is neither an encoding nor a file."""
    model = find_model(word)
    if model and model.encoding:
        return f"; the encoding of this model is `{model.encoding}`"
    return suggest(word, _encodings())


def _encodings() -> Sequence[str]:
    from turnlint.tokens.vocabulary import ENCODINGS

    return list(ENCODINGS)
