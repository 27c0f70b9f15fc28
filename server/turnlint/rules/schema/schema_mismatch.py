r"""
What it does:
    Holds each row against a JSON Schema of your own, which `schema` in the settings names. Where the settings
    name no format besides, nothing else is asked of what a row says.

Why it is bad:
    You have said that your rows are otherwise: what reads them next may count on it.

Example:
    With `rules.schema-mismatch.schema = '{"required": ["lang"], "properties": {"lang": {"enum": ["de", "fr"]}}}'` in the settings:
    {"instruction": "Wie hoch ist die Flut?", "output": "Vier Meter.", "lang": "german"}

Use instead:
    With `rules.schema-mismatch.schema = '{"required": ["lang"], "properties": {"lang": {"enum": ["de", "fr"]}}}'` in the settings:
    {"instruction": "Wie hoch ist die Flut?", "output": "Vier Meter.", "lang": "de"}

Fix:
    None.

Sources:
    json-schema.org, drafts 4 to 2020-12.
"""

from collections.abc import Iterator

from turnlint.model import Example, Finding, Place, Severity
from turnlint.rules import Bound, Rule, quote
from turnlint.rules.tools import _schema

RULE = Rule(
    severity=Severity.ERROR,
    default=False,
    parameters={"schema": "", "path": ""},
)
"""`schema`: the text of the schema, which the setting `schema` reads from a file; `path`: what that is called."""


def example(example: Example, rule: Bound) -> Iterator[Finding]:
    name = quote(rule["path"]) if rule["path"] else "your schema"
    breaches = _schema.breaches(rule["schema"].encode(), example.value)
    if breaches is None:
        what = f"this row nests too deep to be held against {name}: that might take too long"
        yield rule.at_most(Severity.INFO).at(Place(), what)
    for one in breaches or ():
        yield rule.at(one.place, f"{one.words}, says {name}")
