"""
What it does:
    Finds a row that says nearly the same as an earlier row of its split: at least the share `alike` of all runs
    of three words in their prompts and answers is the same (0.5 or more; system prompts and tools do not count).
    Rows of fewer than 12 words are passed over, and so are rows in which a number, a name, the question or a
    longer stretch of words is another one, one says `not`, or whose answers differ in more words: many good examples
    share a template or a passage. In scripts without spaces each character is a word. A row is held against the
    eight earlier ones that seem most like it; of more than 64 that are all alike, later ones may be passed over.

Why it is bad:
    The model sees the example twice as often as the others, and learns little new from it.

Example:
    {"prompt": "Write a short note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you so much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}
    {"prompt": "Write a brief note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you very much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}

Use instead:
    {"prompt": "Write a short note that thanks the neighbours for feeding the cat while we were away.", "completion": "Dear neighbours, thank you so much for feeding our cat while we were away. She looks happy, the plants are well, and we have brought you some cheese from the mountains."}
    {"prompt": "Write a short note that asks the neighbours for a ladder to paint the fence.", "completion": "Dear neighbours, we are about to paint the fence and cannot reach its top. May we borrow your ladder on Sunday?"}

Fix:
    None.

Sources:
    Lee and others, Deduplicating Training Data Makes Language Models Better (2022); Broder, On the Resemblance
    and Containment of Documents (1997); Shrivastava, Optimal Densification for Fast and Accurate Minwise
    Hashing (2017).
"""

from collections.abc import Iterator

from turnlint.model import Severity
from turnlint.rules import Bound, Rule
from turnlint.rules.alike import likeness
from turnlint.rules.compare import ROW, Member, Verdict
from turnlint.rules.wording import where_held_out

RULE = Rule(
    severity=Severity.INFO,
    why="the model sees the example more often than the others",
    parameters={"alike": 0.7},
    least={"alike": 0.5},
)


def near(one: Member, other: Member, rule: Bound) -> Iterator[Verdict]:
    if one.origin.split != other.origin.split or one.origin.stage != other.origin.stage:
        return
    found = likeness(one, other, rule["alike"])
    if found is not None:
        yield Verdict(
            rule.module.name,
            other.handle,
            f"this row is nearly the same as {ROW} ({found.words})",
            "Delete one of the two, unless both are meant.",
            others=(one.handle,),
            notes=("nearly the same",),
            why=where_held_out(
                other.origin.split, "the evaluation counts the example more often than the others"
            ),
        )
