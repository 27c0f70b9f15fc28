"""
What it does:
    Finds training files of a data set for which the settings name no validation files. It is on for targets
    that demand them; elsewhere it has to be selected. The parameter `stages` says for which training methods
    they are needed.

Why it is bad:
    Nobody can tell whether the model learns the task or the rows. Reinforcement jobs need rows to validate
    with.

Example:
    With `dataset = [{train = ["train.jsonl"]}]` in the settings:
    In `train.jsonl`:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}

Use instead:
    With `dataset = [{train = ["train.jsonl"], validation = ["valid.jsonl"]}]` in the settings:
    In `train.jsonl`:
    {"messages": [{"role": "user", "content": "6 x 7?"}], "answer": "42"}
    In `valid.jsonl`:
    {"messages": [{"role": "user", "content": "6 x 8?"}], "answer": "48"}

Fix:
    None.

Sources:
    OpenAI, reinforcement fine-tuning guide (2026-06), and Microsoft's: a validation file is mandatory.
"""

from collections.abc import Iterator

from turnlint.formats import get_format
from turnlint.model import Finding, Severity
from turnlint.rules import Bound, FileSummary, Rule

RULE = Rule(
    severity=Severity.INFO,
    why="nobody can tell whether the model learns the task or the rows",
    default=False,
    parameters={"stages": ["sft", "preference", "reinforcement"]},
)


def file(file: FileSummary, rule: Bound) -> Iterator[Finding]:
    if file.format is None or not file.dataset.splits or "validation" in file.dataset.splits:
        return
    if file.split == "train" and get_format(file.format).stage in rule["stages"]:
        what = "the settings name no files to validate with"
        yield rule.at(None, what, "Hold some rows back, and name their file under `validation`.")
