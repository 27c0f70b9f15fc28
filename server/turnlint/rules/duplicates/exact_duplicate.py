"""
What it does:
    Finds a row whose bytes equal those of an earlier row of its split. The parameter `max_copies` says how often
    a row may stand there; raise it where rows are repeated on purpose.

Why it is bad:
    The model sees the example twice as often as the others.

Example:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name a prime.", "completion": "7"}

Use instead:
    {"prompt": "Name a prime.", "completion": "7"}
    {"prompt": "Name an even prime.", "completion": "2"}

Fix:
    Unsafe: deletes the row, since it may be repeated on purpose.

Sources:
    openai/openai-python, _validators.py (2026-08), duplicated_rows; Lee and others, Deduplicating Training
    Data Makes Language Models Better (2022).
"""

from collections.abc import Iterator

from turnlint.model import Fix, Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.compare import ROW, Copies, Verdict
from turnlint.rules.wording import where_held_out

RULE = Rule(
    severity=Severity.WARNING,
    why="the model sees the example more often than the others",
    parameters={"max_copies": 1},
    least={"max_copies": 1},
    fix=Fix("Delete this copy", removes_row=True),
)


def copies(copies: Copies, rule: Bound) -> Iterator[Verdict]:
    for number, row in enumerate(copies.others, copies.before + 2):
        if number > rule["max_copies"]:
            yield Verdict(
                rule.module.name,
                row,
                f"this row repeats {ROW}, byte for byte",
                "Delete it, unless the repetition is meant to weigh more.",
                others=(copies.first,),
                group=copies.key,
                number=number,
                why=where_held_out(
                    copies.split, "the evaluation counts the example more often than the others"
                ),
            )
