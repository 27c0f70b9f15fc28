"""Chat as llm-foundry and Databricks take it: messages of a role and a content, and nothing else.

Sources: mosaicml/llm-foundry, llmfoundry/data/finetuning/tasks.py at 8c8dd48 (2025-07-21); Databricks,
Foundation Model Fine-tuning, prepare data (archived).
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, ClassVar

from turnlint.formats import Format
from turnlint.formats.composing import as_text
from turnlint.formats.host_messages import outline_of_chat, read_chat
from turnlint.formats.messages import MESSAGES_ALIASES
from turnlint.formats.shape import Shape, note
from turnlint.model import Example


class DatabricksMessage(Shape):
    """One message."""

    owner: ClassVar[str] = "message"
    content: Annotated[
        str | list[Any],
        note(
            "What the message says.",
            rules={"missing-key": "missing-content"},
            aliases=dict.fromkeys(("text", "value", "message"), "rename it to `content`"),
        ),
    ]


class DatabricksSystem(DatabricksMessage, tag_field="role", tag="system"):
    """Instructions that hold for the whole example."""

    owner: ClassVar[str] = "system message"


class DatabricksUser(DatabricksMessage, tag_field="role", tag="user"):
    """What a person asks."""

    owner: ClassVar[str] = "user message"


class DatabricksAssistant(DatabricksMessage, tag_field="role", tag="assistant"):
    """What the model is to say."""

    owner: ClassVar[str] = "assistant message"


class DatabricksTool(DatabricksMessage, tag_field="role", tag="tool"):
    """What a tool answered."""

    owner: ClassVar[str] = "tool message"


class DatabricksChat(Shape):
    """One conversation that the model is to learn."""

    messages: Annotated[
        list[
            Annotated[
                DatabricksSystem | DatabricksUser | DatabricksAssistant | DatabricksTool,
                note(rules={"unknown-tag": "unknown-role", "missing-tag": "missing-role"}),
            ]
        ],
        note("The conversation, oldest message first.", aliases=MESSAGES_ALIASES, min_length=1),
    ]


def _recognise(value: dict[str, Any]) -> bool:
    return "messages" in value


_ROLES = {"developer": "system"}


def _compose(example: Example) -> dict[str, Any]:
    said = [(one.role or "", as_text(one)) for one in example.turns]
    return {"messages": [{"role": _ROLES.get(role, role), "content": text} for role, text in said]}


FORMAT = Format(
    name="databricks-chat",
    title="Databricks chat",
    description=(
        "One conversation a row under `messages`, each message with `role` and `content` and nothing else, "
        "for llm-foundry and the fine-tuning service of Databricks."
    ),
    shape=DatabricksChat,
    recognise=_recognise,
    example=partial(read_chat, "databricks-chat"),
    rank=630,
    stage="sft",
    home="databricks",
    kind="conversation",
    plain_keys=frozenset(("messages", "role", "content")),
    outline=outline_of_chat,
    compose=_compose,
)
