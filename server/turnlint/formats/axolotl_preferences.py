"""Comparisons, and answers with a verdict, as a few texts a row: types of Axolotl, and of NeMo-Aligner.

Sources: axolotl-ai-cloud/axolotl, docs/rlhf.qmd and src/axolotl/prompt_strategies/{dpo,kto} at 067b021
(2026-07-24); NVIDIA/NeMo-Aligner, docs/user-guide/dpo.rst (2025).
"""

from __future__ import annotations

from turnlint.formats.columns import CHOSEN, REJECTED, SYSTEM, Column, column_format

_QUESTION = Column("question", "user", "What is asked.")
_INSTRUCTION = Column("instruction", "user", "What to do.")
_PAIR = (Column("chosen", CHOSEN, "The better answer."), Column("rejected", REJECTED, "The worse answer."))
_RESPONSES = (
    Column("chosen_response", CHOSEN, "The better answer."),
    Column("rejected_response", REJECTED, "The worse answer."),
)
_REWARDS = tuple(
    Column(name, "", "How good the answer was found.", optional=True, type=int | float)
    for name in ("chosen_reward", "rejected_reward")
)
_VERDICT = (
    Column("completion", "assistant", "The answer."),
    Column("label", "", "Whether the answer is a good one.", type=bool),
)

_COMPARED = (
    (
        "argilla-preference",
        "Argilla preference",
        "An instruction and two answers as strings: Axolotl's type `chatml.argilla` for DPO.",
        (_INSTRUCTION, *_RESPONSES, SYSTEM),
        "axolotl",
    ),
    (
        "intel-preference",
        "Intel preference",
        "A question and two answers as strings: Axolotl's type `chatml.intel` for DPO.",
        (_QUESTION, *_PAIR, SYSTEM),
        "axolotl",
    ),
    (
        "icr-preference",
        "ICR preference",
        "An input and two answers as strings: Axolotl's type `chatml.icr` for DPO.",
        (Column("input", "user", "What is asked."), *_PAIR, SYSTEM),
        "axolotl",
    ),
    (
        "nemo-aligner-dpo",
        "NeMo-Aligner DPO",
        "A prompt and two responses as strings, all written out as the model reads them: NeMo-Aligner's "
        "format for DPO.",
        (Column("prompt", "user", "The text before the answer."), *_RESPONSES, *_REWARDS),
        "nemo-aligner",
    ),
)
_JUDGED = (
    (
        "argilla-kto",
        "Argilla KTO",
        "An instruction, an answer and a verdict on it: Axolotl's type `chatml.argilla` for KTO.",
        (_INSTRUCTION, *_VERDICT, SYSTEM),
        "axolotl",
    ),
    (
        "intel-kto",
        "Intel KTO",
        "A question, an answer and a verdict on it: Axolotl's type `chatml.intel` for KTO.",
        (_QUESTION, *_VERDICT, SYSTEM),
        "axolotl",
    ),
)
_WHOLE = ("messages", "conversations")
"""Keys of rows whose prompt is a conversation."""

FORMATS = (
    *(
        column_format(
            name,
            title,
            words,
            columns,
            rank=72 + at,
            home=home,
            kind="preference",
            without=(*_WHOLE, *(() if columns[0] is _INSTRUCTION else ("instruction",))),
        )
        for at, (name, title, words, columns, home) in enumerate(_COMPARED)
    ),
    *(
        column_format(name, title, words, columns, rank=182 + at, home=home, kind="judged", without=_WHOLE)
        for at, (name, title, words, columns, home) in enumerate(_JUDGED)
    ),
)
