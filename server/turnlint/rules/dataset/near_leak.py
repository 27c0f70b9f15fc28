"""
What it does:
    Finds a row to validate or test with that says nearly the same as a row to train on, or one to test with as
    one to validate with: at least the share `alike` of all runs of three words in their prompts and answers is
    the same (0.5 or more; system prompts and tools do not count). What is passed over is what `near-duplicate`
    passes over.

Why it is bad:
    The model has seen the answer, so that the score says nothing of new data.

Example:
    In `train.jsonl`:
    {"prompt": "Write a short note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you so much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}
    In `valid.jsonl`:
    {"prompt": "Write a brief note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you very much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}

Use instead:
    In `train.jsonl`:
    {"prompt": "Write a short note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you so much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}
    In `valid.jsonl`:
    {"prompt": "Write a short note that asks the neighbours for a ladder to paint the fence.", "completion": "Dear neighbours, we are about to paint the fence and cannot reach its top. May we borrow your ladder on Sunday?"}

Fix:
    None.

Sources:
    Lee and others, Deduplicating Training Data Makes Language Models Better (2022), section 6; Yang and others,
    Rethinking Benchmark and Contamination for Language Models with Rephrased Samples (2023).
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.alike import likeness
from turnlint.rules.compare import ROW, Member, Verdict
from turnlint.rules.dataset._leaks import NAMES

RULE = Rule(
    severity=Severity.INFO,
    why="the evaluation measures what the model remembers",
    parameters={"alike": 0.7},
    least={"alike": 0.5},
)

_ORDER = list(NAMES)


def near(one: Member, other: Member, rule: Bound) -> Iterator[Verdict]:
    source, split = one.origin.split, other.origin.split
    if _ORDER.index(source) >= _ORDER.index(split):
        return
    found = likeness(one, other, rule["alike"])
    if found is not None and not _ask_the_same(one, other):
        yield Verdict(
            rule.module.name,
            other.handle,
            f"the {NAMES[source]} data has nearly the same as this {split} row, in {ROW} ({found.words})",
            "Remove it from one of the two.",
            others=(one.handle,),
            notes=("nearly the same",),
        )


def _ask_the_same(one: Member, other: Member) -> bool:
    """Whether that is what `leaked-prompt` says."""
    prompts = [exchange.prompt for member in (one, other) for exchange in member.exchanges[-1:]]
    return len(prompts) == 2 and prompts[0] == prompts[1]
