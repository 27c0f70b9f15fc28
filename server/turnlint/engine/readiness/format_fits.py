"""Is the data in a format that the target takes for the training method?

Each method reads rows of its own shape: conversations to imitate, pairs of answers to compare, or prompts
to try. A job that gets another shape ends at once.
"""

from __future__ import annotations

from turnlint.engine.readiness import METHODS, Answer, Evidence, Question, Verdict
from turnlint.engine.readiness._words import MICROSOFT, SUPERVISED
from turnlint.text.label import counted

QUESTION = Question(
    asks="Is the format right?",
    place=1,
    rules=(
        *("format-not-accepted", "method-mismatch", "mixed-formats", "unknown-format", "empty-file"),
        *("json-array-file", "pretty-printed", "encoding", "file-extension", "file-too-large"),
    ),
    sources=(SUPERVISED, MICROSOFT),
    todo="Convert the files, or name the target and the method that they are for.",
)


def answer(evidence: Evidence) -> Answer | None:
    formats = {one.survey.format.title: None for one in evidence.files if one.survey.format}
    if not formats:
        todo = (
            "Name it with --format, if this is training data; `turnlint format` lists those that are known."
        )
        return Answer("In none of the files a format is known.", Verdict.NOT_KNOWN, todo)
    first = next(one for one in evidence.files if one.survey.format)
    named = first.settings.target_title if first.input.settings.target != "generic" else ""
    judge = f" Held against the rules of {named}." if named else ""
    figure = f"{' and '.join(formats)}, for {METHODS[evidence.stage]}.{judge}"
    strangers = sum(one.survey.format is None for one in evidence.files)
    if strangers:
        figure += f" {counted(strangers, 'file is', 'files are')} in none that is known."
    if named:
        return Answer(figure, numbers={"files": len(evidence.files), "unknown": strangers})
    todo = "Whether the one who trains takes it is known once you name them: --target NAME."
    return Answer(figure, Verdict.NOT_KNOWN, todo, {"files": len(evidence.files), "unknown": strangers})
