"""
What it does:
    Finds messages that show images and videos together.

Why it is bad:
    The service takes the one or the other, and refuses the file.

Example:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "Are these the same boat?"}, {"image": {"format": "png", "source": {"s3Location": {"uri": "s3://bucket/boat.png"}}}}, {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/boat.mp4"}}}}]}, {"role": "assistant", "content": [{"text": "They are."}]}]}

Use instead:
    {"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "What is this?"}, {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/boat.mp4"}}}}]}, {"role": "assistant", "content": [{"text": "A boat."}]}]}

Fix:
    None.

Sources:
    aws-samples/amazon-bedrock-samples, custom-models/bedrock-fine-tuning, nova_ft_dataset_validator.py (2026-08).
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity, Turn
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import short_place

RULE = Rule(
    severity=Severity.ERROR,
    why="the service takes the one or the other",
    trigger=IMAGES,
    default=False,
)


def turn(turn: Turn, example: Example, rule: Bound) -> Iterator[Finding]:
    strange = next((one for one in turn.images if one.kind != turn.images[0].kind), None)
    if strange is not None:
        what = "this message shows images and videos together"
        yield rule.at(short_place(strange), what, "Show the one or the other.")
