"""
What it does:
    Finds images in a comparison.

Why it is bad:
    OpenAI's guide takes text alone; the schema that it published mentions images. Nobody has shown that
    they are trained on.

Example:
    {"input": {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/dot.png"}}]}]}, "preferred_output": [{"role": "assistant", "content": "A dot."}], "non_preferred_output": [{"role": "assistant", "content": "A cat."}]}

Use instead:
    {"input": {"messages": [{"role": "user", "content": "How cold is the sea?"}]}, "preferred_output": [{"role": "assistant", "content": "About 14 degrees."}], "non_preferred_output": [{"role": "assistant", "content": "Cold."}]}

Fix:
    None.

Sources:
    OpenAI's guide on direct preference optimisation (2026); openai/openai-openapi, openapi.yaml of
    2025-07-04, FineTunePreferenceRequestInput.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Severity
from turnlint.rules import IMAGES, Bound, Rule
from turnlint.rules.vision._image import short_place

RULE = Rule(
    severity=Severity.ERROR,
    why="preference data is text",
    trigger=IMAGES,
)


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    if example.outputs is None:
        return
    # In an answer no image may stand at all, which another rule says.
    image = next((image for turn in example.turns if turn.role == "user" for image in turn.images), None)
    if image is not None:
        what = "an image stands in preference data"
        yield rule.at(short_place(image), what, "Say in words what it shows, or remove the row.")
