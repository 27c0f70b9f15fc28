"""
What it does:
    Finds assistant messages whose content parts hold a refusal and something else beside it.

Why it is bad:
    By OpenAI's schema an answer is text parts, or exactly one refusal part. A mixture is refused.

Example:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "Hm."}, {"type": "refusal", "refusal": "No."}]}]}

Use instead:
    {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}]}

Fix:
    None. Only the author knows which part is the answer.

Sources:
    openai/openai-openapi, openapi.yaml of 2025-07-04, ChatCompletionRequestAssistantMessage.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity, Turn
from turnlint.rules import Bound, Keys, Rule

RULE = Rule(
    severity=Severity.ERROR,
    why="an answer is text, or exactly one refusal",
    trigger=Keys(("refusal",)),
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    content = turn.content_place.pointer
    parts = [text.pointer for text in turn.texts if text.pointer[: len(content)] == content]
    refusals = [pointer for pointer in parts if pointer[-1] == "refusal"]
    if turn.role == "assistant" and refusals and len(parts) > 1:
        place = Place(refusals[0][:-1])
        what = "several refusals stand in one answer" if refusals == parts else "a refusal stands beside text"
        yield rule.at(place, what, "Keep one refusal part alone, or text parts alone.")
