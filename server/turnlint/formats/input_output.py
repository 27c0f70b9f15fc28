"""Input and output as two strings, as NeMo and torchtune read them.

Sources: NVIDIA/NeMo, nemo/collections/nlp/data/language_modeling/megatron/gpt_sft_dataset.py at 8cfedd7
(2025-09-20); meta-pytorch/torchtune, torchtune/data/_messages.py at bd2a0fc (2026-04-23); NVIDIA-NeMo/RL,
docs/guides/sft.md at 7ea279a (2026-08-22).
"""

from __future__ import annotations

from turnlint.formats.columns import Column, column_format

FORMAT = column_format(
    "input-output",
    "Input and output",
    "Two strings a row, `input` and `output`: NeMo's format for supervised fine-tuning, and torchtune's "
    "simplest.",
    (
        Column("input", "user", "The text before."),
        Column("output", "assistant", "The text that the model is to write."),
    ),
    rank=280,
    home="nemo",
    without=("instruction", "prompt", "completion", "messages", "conversations", "chosen", "rejected"),
)
