"""The rules: one folder per family, one file per rule, found by itself.

A rule module is named after its rule (`unknown_role.py` is `unknown-role`) and holds its page as docstring,
a declaration `RULE`, and the functions that judge, each optional and each yielding findings of `rule.at`:

    shape(fault: ShapeFault, rule)      a departure from the declared shape that names this rule
    turn(turn: Turn, example, rule)     one turn of an example
    example(example: Example, rule)     one example as a whole
    text(text: Text, turn, rule)        one text that holds one of the rule's trigger words
    tokens(fit: Fit, example, rule)     one example with more tokens than the limit (than `share` of it, where
                                        that is a parameter of the rule)
    file(file: FileSummary, rule)       a file, once it was read
    dataset(file: FileSummary, rule)    a file among the others of its data set, once all were read; not in
                                        editors, which know the one file
    copies, group, near, spread         rows that are compared with others: see `rules.compare`

A rule without any of them states a fault that the text layer or the engine recognises and has words for.
A module whose name begins with `_` is shared code of its family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from turnlint.formats import Kind, get_format
from turnlint.model import (
    DatasetSettings,
    Finding,
    Fix,
    JsonFault,
    Place,
    Related,
    RuleSettings,
    Severity,
    plain_format,
)
from turnlint.modules import modules_of, packages_of
from turnlint.text.contrast import WHITE
from turnlint.text.secrets import hide
from turnlint.tokens import Cut, Measured

__all__ = [
    "BLANK",
    "EFFECTS",
    "IMAGES",
    "LAYOUT",
    "ORDER",
    "REPEAT",
    "TOOLS",
    "Bound",
    "Ends",
    "FileSummary",
    "Fit",
    "Keys",
    "Rule",
    "RuleModule",
    "Runs",
    "Trigger",
    "Words",
    "WordsIn",
    "all_rules",
    "quote",
]


class Trigger(Struct, frozen=True):
    """What a row must have for a rule to fire: the engine calls it only where it cannot prove it silent."""


class Words(Trigger, frozen=True):
    """One of these strings stands in a decoded text, in any case. Write them in lower case."""

    words: tuple[str, ...]


class WordsIn(Trigger, frozen=True):
    """One of the strings that these parameters of the rule list stands in a decoded text."""

    parameters: tuple[str, ...]


class Ends(Trigger, frozen=True):
    """A decoded text ends with one of these strings, in any case. Write them in lower case."""

    words: tuple[str, ...]


class Runs(Trigger, frozen=True):
    """One of these strings stands in a decoded text so many times in a row. Write them in lower case."""

    units: tuple[str, ...]
    times: int


class Keys(Trigger, frozen=True):
    """The row has one of these keys, none of which a plain row has."""

    keys: tuple[str, ...]


class _Order(Trigger, frozen=True):
    """The sequence of roles alone decides."""


class _Layout(Trigger, frozen=True):
    """The roles and keys of the row alone decide, whatever stands under them."""


class _Blank(Trigger, frozen=True):
    """Some text is missing, null, empty or white space."""


class _Repeat(Trigger, frozen=True):
    """Two neighbouring texts are equal, or the answers of a comparison have the same words."""


class _Images(Trigger, frozen=True):
    """A turn shows an image."""


class _Tools(Trigger, frozen=True):
    """Tools are defined or called, or a turn is the result of a call."""


ORDER = _Order()
LAYOUT = _Layout()
BLANK = _Blank()
REPEAT = _Repeat()
IMAGES = _Images()
TOOLS = _Tools()


class Rule(Struct, frozen=True, kw_only=True):
    """The declaration of a rule, as it stands where no target says otherwise."""

    severity: Severity
    why: str = ""
    """Why it hurts, as a clause, for targets that state no effect."""
    trigger: Trigger | None = None
    """None for rules about shape, JSON, tokens or files, which other means prove silent."""
    default: bool = True
    """Whether the rule is on unless it is selected."""
    once: bool = False
    """Said once a file, at the first row that breaks it."""
    formats: tuple[str, ...] = ()
    """The formats that the rule is about, besides those of its kinds."""
    kinds: tuple[Kind, ...] = ()
    """The kinds of formats that it is about. Without formats and kinds it is about all."""
    yields_to: tuple[str, ...] = ()
    """Findings in the same row of which this rule would only be an echo: of rules about JSON or encoding, for
    rules about tokens of others about them, and for rules with a `group` of others about the same rows."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What targets and users may set, with the default of each."""
    least: Mapping[str, float] = field(default_factory=dict)
    """The least that a number among these may be, where that is not 0."""
    fix: Fix | None = None
    """What cures it wherever it is told; None where that depends, or nothing does."""

    def is_about(self, format_name: str | None) -> bool:
        """Whether it judges rows of a format; None is that of a file in no known format."""
        if not self.formats and not self.kinds:
            return True
        if format_name is None:
            return False
        name = plain_format(format_name)
        return name in self.formats or get_format(name).kind in self.kinds


class FileSummary(Struct, frozen=True):
    """What file rules judge: counted while the rows were read."""

    name: str
    """The name of the file without its folders; empty for standard input."""
    size: int
    """Bytes."""
    rows: int
    """Rows that are not blank."""
    format: str | None
    """The name of the format, as set or voted."""
    method: str | None
    """The training method that the user named, if any."""
    split: str = "train"
    """train, validation or test, from the settings or the name of the file."""
    accepted: tuple[str, ...] = ()
    """The formats that the target takes; empty for all."""
    bom: bool = False
    crlf: int = 0
    """Rows that end with CR LF."""
    lf: int = 0
    """Rows that end with LF alone."""
    cr: int = 0
    """Rows that end with CR alone."""
    first: bytes = b""
    """The first row, up to 1,000 bytes."""
    tokens: int | None = None
    """Of all rows together; None where no rule asks, or where they are few enough for certain."""
    dataset: DatasetSettings = DatasetSettings()
    path: str = ""
    """Its name as the run knows it, for other files' findings."""
    number: int = 0
    """Which of the files that are compared with each other it is, from 0."""
    labels: Mapping[Any, int] = field(default_factory=dict)
    """How often each short answer is there; empty where rows are not compared, or they are too many."""
    digest: int = 0
    """A key of its rows in their order; 0 where they were not read as rows that are compared."""
    others: tuple[FileSummary, ...] = ()
    """For `dataset`: the other files that were compared with it, in order of the corpus, without theirs."""


class Fit(Struct, frozen=True):
    """What token rules judge: how an example fits the limit on its tokens."""

    measured: Measured
    limit: int
    cut: Cut | None = None
    """Where the example is cut; None where it fits."""
    answers: tuple[Cut, ...] = ()
    """Of preference data both answers of which are cut: where the preferred one is, and where the other."""


EFFECTS: Mapping[str, tuple[str, Severity]] = {
    "refuses-file": ("{target} refuses the file", Severity.ERROR),
    "refuses-row": ("{target} refuses the row", Severity.ERROR),
    "drops-row": ("{target} drops the row", Severity.ERROR),
    "refuses-job": ("{target} refuses the job", Severity.ERROR),
    "may-refuse": ("{target} may refuse the file", Severity.WARNING),
    "cuts": ("{target} cuts off the rest", Severity.WARNING),
    "drops-image": ("{target} drops the image", Severity.WARNING),
    "ignores": ("{target} ignores it", Severity.WARNING),
    "trains": ("{target} trains on it as it is", Severity.WARNING),
    "accepts": ("", Severity.INFO),
}
"""What a target does with a fault: the clause for the reader, and the severity that follows."""


class RuleModule(Struct, frozen=True):
    """A rule as loaded: its names, its declaration, its page and its functions."""

    name: str
    family: str
    rule: Rule
    page: str
    """The docstring of the module."""
    hooks: Mapping[str, Callable[..., Iterable[Any]]]
    trait: str = ""
    """What a rule counts that has a `spread`."""


class Bound(Struct, frozen=True):
    """A rule with its settings: where a rule's functions read parameters and make their findings."""

    module: RuleModule
    settings: RuleSettings

    @property
    def rule(self) -> Rule:
        """The declaration."""
        return self.module.rule

    def __getitem__(self, parameter: str) -> Any:
        return self.settings.parameters.get(parameter, self.rule.parameters.get(parameter))

    def at_most(self, severity: Severity) -> Bound:
        """The same rule for a case of it that is less bad, and for which the target's effect is not known."""
        settings = replace(self.settings, severity=min(self.settings.severity, severity), effect="")
        return replace(self, settings=settings)

    def at(
        self,
        place: Place | None,
        what: str,
        todo: str = "",
        *,
        why: str = "",
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """Make a finding.

        `what` is wrong, as a clause without a full stop; `todo` is a sentence that says what to write.
        The clause between them is what the target does with it, else `why`, else the rule's own `why`.
        The fix is `fix`, else the rule's own.
        """
        because = self.settings.effect or why or self.rule.why
        message = what + (f": {because}." if because else ".") + (f" {todo}" if todo else "")
        message = message[:1].upper() + message[1:]
        severity = self.settings.severity
        name, family = self.module.name, self.module.family
        if fix is not None:
            fix = replace(fix, message=hide(fix.message))
        fix = fix or self.rule.fix
        return Finding(name, family, severity, hide(message), place, tuple(related), fix)

    def fault(self, fault: JsonFault) -> Finding:
        """Make the finding of a fault whose words the text layer wrote."""
        because = self.settings.effect or self.rule.why
        message = fault.detail + (f" {because[:1].upper()}{because[1:]}." if because else "")
        name, family = self.module.name, self.module.family
        fix = fault.fix or self.rule.fix
        return Finding(name, family, self.settings.severity, hide(message), fault.place, fix=fix)


HOOKS = ("shape", "turn", "example", "text", "tokens", "file", "dataset", "copies", "group", "near", "spread")


@cache
def all_rules() -> Mapping[str, RuleModule]:
    """Every rule by name, in order of family and name."""
    found = {}
    for family in packages_of(__path__):
        package = import_module(f"{__name__}.{family}")
        for name in modules_of(package.__path__):
            if name[0] != "_":
                one = _load(import_module(f"{package.__name__}.{name}"), family)
                found[one.name] = one
    return found


def _load(module: ModuleType, family: str) -> RuleModule:
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    hooks = {hook: getattr(module, hook) for hook in HOOKS if hasattr(module, hook)}
    return RuleModule(name, family, module.RULE, module.__doc__ or "", hooks, getattr(module, "TRAIT", ""))


def quote(value: Any, limit: int = 40) -> str:
    """Show a value of a row in a message: at most `limit` code points, one line, nothing that formats."""
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    words = {True: "true", False: "false", None: "null"}
    shown = value if isinstance(value, str) else words.get(value, repr(value))
    if type(value) in (int, float):
        shown = repr(value)
    cut = (shown if len(shown) <= limit else shown[: limit - 1] + "…").translate(WHITE)
    return "`" + "".join(one if one.isprintable() and one != "`" else "\ufffd" for one in cut) + "`"
