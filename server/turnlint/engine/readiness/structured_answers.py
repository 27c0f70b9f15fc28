"""Do structured answers parse, and have one layout?

A model that is to write JSON learns the slips of its examples, too: a missing comma, another key, prose
where JSON should be.
"""

from __future__ import annotations

from turnlint.engine.readiness import Answer, Evidence, Question
from turnlint.engine.readiness._words import BEST_PRACTICES, differing, share
from turnlint.text.label import counted, percent

QUESTION = Question(
    asks="Do structured answers parse?",
    place=15,
    rules=("invalid-json-answer", "answer-format-drift", "double-escaped", "unclosed-code-fence"),
    sources=("RFC 8259", f"{BEST_PRACTICES}: the same format in all examples"),
    todo="Repair these answers, and write all in one layout.",
)


def answer(evidence: Evidence) -> Answer | None:
    contents = evidence.train.contents
    count, layouts = contents.json_answers, contents.json_layouts
    broken = evidence.findings_of("invalid-json-answer")
    if not count and not broken:
        return None
    of_all = percent(count, contents.answers.rows)
    figure = f"{counted(count, 'answer is', 'answers are')} JSON that parses ({of_all} of all)"
    if layouts.rows:
        usual = percent(layouts.most, layouts.rows)
        figure += f", with {differing(layouts, 'set')} of keys; {usual} of these objects have the usual one"
    if broken:
        figure += f". {counted(broken, 'answer looks', 'answers look')} like JSON without being it"
    numbers = {"parsed": count, "broken": broken, "layouts": layouts.distinct}
    return Answer(f"{figure}.", numbers={**numbers, "usual_share": share(layouts.most, layouts.rows)})
