"""Alpaca: an instruction, an optional input and an output, as strings; and its kin for preferences.

Sources: hiyouga/LLaMA-Factory, data/README.md and src/llamafactory/data/converter.py at ff6d4d1 (2026-08-18);
tatsu-lab/stanford_alpaca.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from turnlint.formats.columns import CHOSEN, HISTORY, REJECTED, SYSTEM, Column, column_format
from turnlint.formats.media import token_faults
from turnlint.model import Place, ShapeFault

_INSTRUCTION = Column("instruction", "user", "What to do.")
_INPUT = Column("input", "user", "What to do it on; empty where there is nothing.", optional=True)
_OUTPUT = Column("output", "assistant", "The answer that the model is to give.", aliases=("response",))
_ASIDE = (SYSTEM, HISTORY)


_SAID = ("instruction", "input", "output", "chosen", "rejected")


def _verify(value: dict[str, Any]) -> Iterator[ShapeFault]:
    history = value.get("history") or ()
    said = [value[key] for key in _SAID if type(value.get(key)) is str]
    yield from token_faults(value, chain(said, *history))
    if "input" not in value:
        yield ShapeFault("absent-column", Place(), "row", "input", found=value, rule="absent-column")
    for at, pair in enumerate(history):
        if len(pair) != 2:
            place = Place(("history", at))
            yield ShapeFault("history-pair", place, "row", "history", found=pair, rule="history-pair")


def _recognise(value: dict[str, Any]) -> bool:
    return "instruction" in value and "chosen" not in value and "rejected" not in value


def _is_judged(value: dict[str, Any]) -> bool:
    return "instruction" in value and "kto_tag" in value


FORMATS = (
    column_format(
        "alpaca",
        "Alpaca",
        "An `instruction`, an optional `input` and an `output` a row. LLaMA-Factory, Axolotl, torchtune and "
        "Unsloth read it; OpenAI and Azure do not.",
        (_INSTRUCTION, _INPUT, _OUTPUT, *_ASIDE),
        rank=250,
        home="generic",
        recognise=_recognise,
        verify=_verify,
    ),
    column_format(
        "alpaca-preference",
        "Alpaca preference",
        "An `instruction`, an optional `input` and two answers, `chosen` and `rejected`, as strings: "
        "LLaMA-Factory's format for a dataset with `ranking`.",
        (
            _INSTRUCTION,
            _INPUT,
            Column("chosen", CHOSEN, "The better answer."),
            Column("rejected", REJECTED, "The worse answer."),
            *_ASIDE,
        ),
        rank=86,
        home="llama-factory",
        kind="preference",
        verify=_verify,
    ),
    column_format(
        "alpaca-kto",
        "Alpaca KTO",
        "An `instruction`, an optional `input`, an `output`, and whether somebody found that good "
        "(`kto_tag`): LLaMA-Factory's format for a dataset with the column `kto_tag`.",
        (
            _INSTRUCTION,
            _INPUT,
            _OUTPUT,
            Column("kto_tag", "", "Whether the answer is a good one.", type=bool),
            *_ASIDE,
        ),
        rank=181,
        home="llama-factory",
        kind="judged",
        recognise=_is_judged,
        verify=_verify,
    ),
)
