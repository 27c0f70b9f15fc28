r"""
What it does:
    Finds `function_call` messages whose text is not JSON of a call: an object with `name` and `arguments`, or a
    list of these.

Why it is bad:
    The trainer reads the text as JSON and writes the call anew as the model's template wants it. It stops at a
    text that it cannot read.

Example:
    {"conversations": [{"from": "human", "value": "Tide in Brest?"}, {"from": "function_call", "value": "get_tide(Brest)"}, {"from": "observation", "value": "3.1 m"}, {"from": "gpt", "value": "It is 3.1 m."}]}

Use instead:
    {"conversations": [{"from": "human", "value": "Tide in Brest?"}, {"from": "function_call", "value": "{\"name\": \"get_tide\", \"arguments\": {\"harbour\": \"Brest\"}}"}, {"from": "observation", "value": "3.1 m"}, {"from": "gpt", "value": "It is 3.1 m."}]}

Fix:
    Unsafe: writes JSON for what Python and JavaScript write otherwise: single quotes, None and True, bare keys,
    commas before closing brackets.

Sources:
    hiyouga/LLaMA-Factory, src/llamafactory/data/formatter.py (2026-08): "Invalid JSON format in function message".
"""

from collections.abc import Iterator

from turnlint.model import Finding, Place, Severity, ShapeFault
from turnlint.rules import Bound, Rule
from turnlint.rules.wording import as_json

RULE = Rule(severity=Severity.ERROR, why="the trainer cannot read the call")

_TODO = 'Write `{"name": "…", "arguments": {…}}`.'


def shape(fault: ShapeFault, rule: Bound) -> Iterator[Finding]:
    if fault.name:
        yield rule.at(fault.place, f"this call has no `{fault.name}`", f"Add `{fault.name}`.")
    elif type(fault.found) is str and fault.place.inner != Place():
        fix = as_json(Place(fault.place.pointer), fault.found)
        yield rule.at(fault.place, "the text of this call is not JSON", _TODO, fix=fix)
    else:
        yield rule.at(fault.place, "this is no call", _TODO)
