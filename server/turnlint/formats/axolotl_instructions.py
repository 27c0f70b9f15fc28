"""Axolotl's instruction types: a few texts a row, under keys that the type names.

Types that take the same keys are one format here.

Source: axolotl-ai-cloud/axolotl, docs/dataset-formats/inst_tune.qmd and src/axolotl/prompt_strategies at
067b021 (2026-07-24).
"""

from __future__ import annotations

from turnlint.formats.columns import SYSTEM, Column, column_format

_INSTRUCTION = Column("instruction", "user", "What to do.")
_INPUT = Column("input", "user", "What to do it on; empty where there is nothing.", optional=True)
_QUESTION = Column("question", "user", "What is asked.")
_ARTICLE = Column("article", "user", "The text that it is about.")
_ANSWER = Column("answer", "assistant", "The answer that the model is to give.")
_RESPONSE = Column("response", "assistant", "The answer that the model is to give.")
_CRITIQUE = (
    Column("scores", "user", "How good the answer was found."),
    Column("critiques", "assistant", "What is to be said of the answer."),
)

_TYPES = (
    (
        "reflection",
        "Reflection",
        "`reflection`: an answer, what is wrong with it, and the corrected one.",
        (
            _INSTRUCTION,
            _INPUT,
            Column("output", "assistant", "The first answer."),
            Column("reflection", "assistant", "What the model says of it."),
            Column("corrected", "assistant", "The answer after that."),
        ),
    ),
    (
        "creative-revision",
        "Creative revision",
        "`creative_acr.load_revise`: an answer, what was said of it, and the answer after that.",
        (
            _INSTRUCTION,
            Column("answer", "user", "The answer to be revised."),
            Column("scores", "user", "How good the answer was found."),
            Column("critiques", "user", "What was said of the answer."),
            Column("revision", "assistant", "The revised answer."),
        ),
    ),
    (
        "creative-critique",
        "Creative critique",
        "`creative_acr.load_critique`: an answer, and what is to be said of it.",
        (_INSTRUCTION, Column("answer", "user", "The answer to be judged."), *_CRITIQUE),
    ),
    (
        "creative-answer",
        "Creative answer",
        "`creative_acr.load_answer`: an instruction and the revised answer.",
        (_INSTRUCTION, Column("revision", "assistant", "The answer that the model is to give.")),
    ),
    (
        "instruction-response",
        "Instruction and response",
        "`gpteacher`, `alpaca_chat` and `alpaca_chat.load_concise`: an instruction, an optional input and a "
        "response.",
        (_INSTRUCTION, _INPUT, _RESPONSE),
    ),
    (
        "open-orca",
        "OpenOrca",
        "`alpaca_w_system.load_open_orca`: a system prompt, a question and a response.",
        (
            Column("system_prompt", SYSTEM.role, "The system prompt, or nothing.", blank=True),
            _QUESTION,
            _RESPONSE,
        ),
    ),
    (
        "jeopardy",
        "Jeopardy",
        "`jeopardy`: a category, a question and its answer.",
        (Column("category", "user", "What the question is about."), _QUESTION, _ANSWER),
    ),
    (
        "article-question-answer",
        "Article, question and answer",
        "`context_qa`: an article, a question about it and the answer.",
        (_ARTICLE, _QUESTION, _ANSWER),
    ),
    (
        "context-question-answer",
        "Context, question and answer",
        "`context_qa.load_v2`: a context, a question about it and the answer.",
        (Column("context", "user", "The text that it is about."), _QUESTION, _ANSWER),
    ),
    (
        "question-answer",
        "Question and answer",
        "`alpaca_chat.load_qa`: a question and its answer.",
        (_QUESTION, _ANSWER),
    ),
    (
        "article-summary",
        "Article and summary",
        "`summarizetldr`: an article and its summary.",
        (_ARTICLE, Column("summary", "assistant", "The summary that the model is to give.")),
    ),
    (
        "oasst",
        "Open Assistant pair",
        "`oasst`: an instruction and a response, under keys in capitals.",
        (
            Column("INSTRUCTION", "user", "What to do."),
            Column("RESPONSE", "assistant", "The answer that the model is to give."),
        ),
    ),
    (
        "camel-ai",
        "CAMEL",
        "`alpaca_chat.load_camel_ai`: two messages.",
        (
            Column("message_1", "user", "What is asked."),
            Column("message_2", "assistant", "The answer that the model is to give."),
        ),
    ),
    (
        "metharme",
        "Metharme",
        "`metharme`: a prompt and what the model is to write on.",
        (
            Column("prompt", "user", "The text before."),
            Column("generation", "assistant", "The text that the model is to write."),
        ),
    ),
)
"""The name of each format, its title, what Axolotl calls it, and its keys in reading order.

A format whose keys are some of those of another one stands behind it.
"""

_MORE = frozenset(
    (
        *("chosen", "rejected", "completion", "kto_tag", "messages", "conversations"),
        *("output", "choices", "options"),
    )
)
"""Keys of rows that are more than a prompt and an answer, or another format."""
_FIRST = 210

FORMATS = tuple(
    column_format(
        name,
        title,
        f"Axolotl's type {description}",
        columns,
        rank=_FIRST + at,
        home="axolotl",
        without=_MORE - {one.name for one in columns},
    )
    for at, (name, title, description, columns) in enumerate(_TYPES)
)
