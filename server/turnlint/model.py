"""The words of the program as data: frozen, slotted, and importing nothing of ours.

Columns are 0-based code points of the row unless a name says otherwise; every end is exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = [
    "Call",
    "Content",
    "DatasetSettings",
    "Edit",
    "Example",
    "Facts",
    "Finding",
    "Fix",
    "Image",
    "ImageCosts",
    "JsonFault",
    "Place",
    "Pointer",
    "Related",
    "Row",
    "RuleSettings",
    "Score",
    "Settings",
    "Severity",
    "ShapeFault",
    "Span",
    "Text",
    "TokenCosts",
    "TokenSettings",
    "Tool",
    "ToolCosts",
    "Turn",
    "format_pointer",
    "plain_format",
    "pointer_names",
]

Pointer: TypeAlias = tuple[str | int, ...]
"""A JSON Pointer taken apart: object keys as strings, array positions as integers."""


def format_pointer(pointer: Pointer) -> str:
    """Write a pointer as RFC 6901 does: `/messages/0/role`, and the empty string for the whole row."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def pointer_names(written: str) -> list[str]:
    """Read the steps of a pointer as RFC 6901 writes it; which are array positions, only the value tells."""
    return [name.replace("~1", "/").replace("~0", "~") for name in written.split("/")[1:]]


def plain_format(name: str) -> str:
    """The name of a format without what a file calls its keys and roles: see `formats.renamed`."""
    return name.partition("{")[0]


class Severity(IntEnum):
    """How bad a finding is; a larger number is worse."""

    HINT = 1
    INFO = 2
    WARNING = 3
    ERROR = 4

    @property
    def word(self) -> str:
        """The lower-case name, as settings and reports spell it."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity:
        """Read a lower-case name. Raises KeyError for any other word."""
        return cls[word.upper()] if word.islower() else cls[""]


class Span(Struct, frozen=True, gc=False):
    """A stretch of one row: code-point columns, 0-based, end exclusive."""

    start: int
    end: int


class Place(Struct, frozen=True):
    """Where in a row, without saying at which column: `text.scan.spans` turns places into spans when asked.

    The value of an object or array, and the row itself (empty pointer), is shown as its opening bracket.
    `columns` wins over all else: the raw range in a row that does not parse, or of one of two equal keys.
    """

    pointer: Pointer = ()
    part: Literal["value", "key"] = "value"
    chars: tuple[int, int] | None = None
    """A slice of the decoded string at the pointer, in code points."""
    inner: Place | None = None
    """A place in the JSON that the string at the pointer holds (tool arguments)."""
    columns: tuple[int, int] | None = None

    def key(self) -> Place:
        """The key of the same member instead of its value."""
        return replace(self, part="key")

    def at(self, *steps: str | int) -> Place:
        """The value further down: `Place(("messages",)).at(0, "role")`."""
        return Place(self.pointer + steps)

    def slice(self, start: int, end: int) -> Place:
        """A part of the string at this place."""
        return replace(self, chars=(start, end))


Mend: TypeAlias = Literal["", "controls", "json", "windows-1252"]
"""A way to make JSON of a row, as `text.mend` knows it; empty for none."""


class Edit(Struct, frozen=True):
    """Replace what a place covers in a row.

    `whole` takes the full extent of an object or array instead of its opening bracket; `remove` takes a
    member or item away together with the comma and white space that belong to it; `quoted` makes a string of
    a value as it is written; `nested` moves these members of an object, as they are written, into an object
    of its own under the key that `content` names; `mend` writes anew whatever in the row is not quite JSON.
    Else `content` is raw JSON text.
    """

    place: Place
    content: str = ""
    whole: bool = False
    remove: bool = False
    quoted: bool = False
    nested: tuple[str, ...] = ()
    mend: Mend = ""


Rewrite: TypeAlias = Literal["", "remove-bom", "add-bom", "line-feeds", "utf-8", "rows"]
"""A way to write a file anew; empty for none. `rows` writes the items of an array, or values that run over
several lines, one a row."""


class Fix(Struct, frozen=True):
    """What cures a finding: edits of its row, which apply together, or one of the others.

    `safe` keeps the meaning.
    """

    message: str
    edits: tuple[Edit, ...] = ()
    safe: bool = False
    removes_row: bool = False
    """The row goes, with its line end."""
    rewrite: Rewrite = ""
    """The file as a whole is written anew."""


class Related(Struct, frozen=True):
    """Another row (0-based) that belongs to a finding, or another place in the same row (`row` is None)."""

    message: str
    row: int | None = None
    place: Place = Place()
    file: str = ""
    """The name of the file of the row, as the run knows it; empty for the file of the finding."""


class Finding(Struct, frozen=True):
    """A rule broken at a place of a row; `place` is None where the file as a whole is meant."""

    rule: str
    family: str
    severity: Severity
    message: str
    place: Place | None = Place()
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


class JsonFault(Struct, frozen=True):
    """What is wrong with a row as JSON. `kind` is the name of the rule in rules/json or rules/encoding."""

    kind: str
    place: Place
    detail: str = ""
    """One or two sentences for the reader: what is there and what to write instead."""
    fix: Fix | None = None


class ShapeFault(Struct, frozen=True):
    """Where a value departs from the declared shape of its format.

    `kind` is one of missing-key, unknown-key, misplaced-key, wrong-type, invalid-value, unknown-tag,
    missing-tag, too-few-items, too-many-items.
    """

    kind: str
    place: Place
    owner: str
    """What holds the fault, in the field's words: `message`, `tool call`, `row`."""
    name: str = ""
    """The key in question."""
    expected: tuple[str, ...] = ()
    """Allowed keys, values or types, as they are to be printed."""
    found: Any = None
    """The offending value; of a missing key the wrong key or keys that stand for it, else its object."""
    rule: str = ""
    """The rule that the declaration names for this fault; empty for the rule of the kind."""
    meant: str = ""
    """The absent key that an unknown one is a near miss of."""


class Text(Struct, frozen=True):
    """One decoded text of a turn and where it stands."""

    value: str
    pointer: Pointer

    @property
    def place(self) -> Place:
        """The whole string."""
        return Place(self.pointer)


class Image(Struct, frozen=True):
    """An image or video in a turn. `url` is None where the part has no readable URL."""

    url: str | None
    place: Place
    """The URL string where there is one, else the part."""
    detail: str | None = None
    """How closely the model is to look at it, as written; None where nothing is said."""
    kind: str = "image"
    """What it is: image, video."""


class Call(Struct, frozen=True):
    """A tool call, or a legacy function call (`legacy`), as far as it could be read."""

    place: Place
    id: str | None = None
    id_key: str = "id"
    name: str | None = None
    name_place: Place = Place()
    arguments: Any = None
    """The value as the row holds it; a string where the format wants JSON text."""
    arguments_place: Place = Place()
    legacy: bool = False


class Tool(Struct, frozen=True):
    """A tool definition as far as it could be read; `place` is its name where there is one."""

    name: str | None
    place: Place
    description: Text | None = None
    parameters: Any = None
    parameters_place: Place = Place()
    strict: bool = False
    legacy: bool = False


Content: TypeAlias = Literal["missing", "null", "text", "parts", "other"]


class Turn(Struct, frozen=True):
    """One message of an example, whatever its format calls it."""

    role: str | None
    """The role in OpenAI's words (system, developer, user, assistant, tool, function); None if unreadable."""
    pointer: Pointer
    """The turn itself; the object around it where the format has no object for a turn (Alpaca)."""
    role_key: str = "role"
    content_key: str = "content"
    implied: bool = False
    """The role is said by the key of the content, not by a value of its own."""
    content: Content = "missing"
    texts: tuple[Text, ...] = ()
    images: tuple[Image, ...] = ()
    refusal: bool = False
    """The turn holds a refusal, which stands for its content."""
    calls: tuple[Call, ...] = ()
    has_calls: bool = False
    """A key for calls is there with a value other than null, readable or not, empty or not."""
    result_of: str | None = None
    """The id of the call that this turn answers."""
    result_at: Pointer = ("tool_call_id",)
    """Where it says so, from `pointer` on."""
    name: str | None = None
    weight: Any = None
    """The loss weight as written; None where there is none."""
    speaker: str | None = None
    """What the row calls the role, in formats with words of their own; None in all others."""
    native: Turn | None = None
    """The same with the places and keys of the format, where the file calls some otherwise."""

    @property
    def content_name(self) -> str:
        """What the format calls the key of the content."""
        return (self.native or self).content_key

    @property
    def place(self) -> Place:
        """The turn, shown as its first token; its content where the format has no object for a turn."""
        return Place((*self.pointer, self.content_key)) if self.implied else Place(self.pointer)

    @property
    def role_place(self) -> Place:
        """What says the role: the role's value, or the key that implies it."""
        return Place((*self.pointer, self.role_key), part="key" if self.implied else "value")

    @property
    def content_place(self) -> Place:
        """The value of the content."""
        return Place((*self.pointer, self.content_key))

    @property
    def text(self) -> str:
        """All its texts, joined by line feeds."""
        return self.texts[0].value if len(self.texts) == 1 else "\n".join(text.value for text in self.texts)


class Score(Struct, frozen=True):
    """How good an answer is, as somebody judged it; more is better."""

    value: float
    place: Place


class Example(Struct, frozen=True):
    """A training example as turns, whatever its format.

    In preference data `turns` is the prompt and the two answers are `preferred` and `non_preferred`.
    """

    format: str
    turns: tuple[Turn, ...]
    place: Place = Place()
    """What holds the turns."""
    is_prompt: bool = False
    """The turns are a prompt alone: the model is to go on where they end, by itself."""
    given: int = 0
    """So many of the first turns are read and not learnt, answers among them too."""
    value: Any = None
    """The row as it was decoded, for chat templates, which see what rules must not."""
    preferred: tuple[Turn, ...] = ()
    non_preferred: tuple[Turn, ...] = ()
    outputs: tuple[Place, Place] | None = None
    """What holds the preferred and the non-preferred answer, in preference data."""
    scores: tuple[Score, Score] | None = None
    """How good these are, where the row says it of both."""
    verdict: Any = None
    """What somebody found of the one answer, as written: whether it is good, which of its steps are right."""
    tools: tuple[Tool, ...] = ()
    has_tools: bool = False
    """A non-empty list of tool definitions is there."""
    aside: tuple[Text, ...] = ()
    """What the model reads besides turns and tools: earlier turns as pairs, tool definitions as one text."""
    media: tuple[str, ...] = ()
    """What the model sees and hears besides: columns of paths beside the turns, as JSON text."""
    parallel_calls: Any = None
    """The switch for parallel tool calls as written."""
    extra: Mapping[str, Place] = field(default_factory=dict)
    """Top-level keys that the format leaves free, with their places (grader fields)."""
    readable: bool = True
    """The sequence of roles is known throughout; rules about order stay quiet where it is not."""
    renamed: str = ""
    """The name of the format with what the file calls its keys and roles; empty where nothing has another,"""
    native: Example | None = None
    """else the same example with the places and keys of the format."""

    @property
    def declared_by(self) -> str:
        """The name of the format that declares the row with the keys that are in it."""
        return self.renamed or self.format

    @property
    def fields(self) -> dict[str, Any]:
        """What the grader's fields say, by the names of the format."""
        value = (self.native or self).value
        return {key: value[key] for key in self.extra}

    @property
    def all_turns(self) -> tuple[Turn, ...]:
        """Every turn of the row, both answers of preference data included."""
        return (*self.turns, *self.preferred, *self.non_preferred)


class Row(Struct, frozen=True):
    """What could be read of one row."""

    value: Any
    """The decoded JSON value; None where `parsed` is false."""
    parsed: bool
    faults: tuple[JsonFault, ...] = ()


class Facts(Struct, frozen=True, gc=False):
    """What the cross-row rules need of one row. Keys are 64-bit hashes that every machine computes alike."""

    exact: int
    """The key of the bytes of the row, without its line end and outer white space."""
    joins: tuple[int, ...] = ()
    """The keys under which the answers of the row are found, the last answer's last, 64 at most: rows that
    answer the same prompt somewhere share one, and few others do. Of a row without turns, `exact`."""
    system: int = 0
    """The key of its system prompt; 0 where it has none."""
    profile: int = 0
    """What kind of answer it has, as a `corpus.profile.Profile` in bits."""
    label: str | None = None
    """Its last answer, where that is short enough to be one of a few labels: 64 bytes and 4 words at most."""
    layout: tuple[str, ...] = ()
    """The paths of its keys with the types of their values, `messages[].content:string`: 64 at most."""
    tools: tuple[tuple[str, int], ...] = ()
    """The names of its tools, each with the key of its parameters."""


class RuleSettings(Struct, frozen=True):
    """How one rule behaves once every layer of settings has spoken."""

    severity: Severity
    effect: str = ""
    """What the target does with the fault, as a clause: `OpenAI refuses the file`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ToolCosts(Struct, frozen=True):
    """What tool definitions add to their texts, in tokens."""

    function: int = 7
    """For each function."""
    properties: int = 3
    """For a function that has parameters,"""
    each_property: int = 3
    """and for each of them;"""
    enum: int = -3
    """for one that lists its values,"""
    enum_item: int = 3
    """and for each of these values."""
    end: int = 12
    """Once, behind the last function."""


class ImageCosts(Struct, frozen=True):
    """What an image costs, in tokens: by tiles of 512 pixels, or by patches of 32 where `patch` is not 0."""

    base: int = 85
    tile: int = 170
    patch: float = 0.0
    """For each patch; a fraction is rounded up at the end."""


class TokenCosts(Struct, frozen=True):
    """What an example costs in tokens besides its texts. The defaults are those of the gpt-4o family."""

    message: int = 3
    """For each message, beside its role."""
    name: int = 1
    """For a message with a name, beside the name."""
    reply: int = 3
    """Once, for the beginning of the reply."""
    tools: ToolCosts = ToolCosts()
    images: ImageCosts = ImageCosts()
    published: bool = False
    """The provider has published them for this model; else what is counted by them is about right."""


class TokenSettings(Struct, frozen=True):
    """How the tokens of an example are counted, and how many a target takes."""

    tokenizer: str = "o200k_base"
    """The name of an encoding that ships with turnlint, or the absolute path of a `tokenizer.json`."""
    template: str | None = None
    """The absolute path of the file with the chat template by which the trainer writes an example out."""
    limit: int = 0
    """So many tokens of an example are trained on; 0 where no limit is known."""
    context: int = 0
    """So many the model reads and writes when it is used; 0 where it is not known."""
    costs: TokenCosts = TokenCosts()
    model: str = ""
    """The model that all this holds for; empty where none is named."""


class DatasetSettings(Struct, frozen=True):
    """What the settings say of the data set that a file is in; nothing where no settings name the file."""

    name: str = ""
    splits: tuple[str, ...] = ()
    """The splits that they name files of."""
    listed: tuple[str, ...] = ()
    """Those of them that the file is named for; it is judged as the first one."""


class Settings(Struct, frozen=True):
    """Everything that a check depends on besides the bytes."""

    rules: Mapping[str, RuleSettings]
    """The rules that are on, by name."""
    target: str = "generic"
    target_title: str = ""
    format: str | None = None
    """The format of the file where the user named it; else it is voted."""
    stage: str | None = None
    """The training method where the user named it: sft, preference, reinforcement."""
    formats: tuple[str, ...] = ()
    """The formats that the target takes; empty where it takes all."""
    split: str | None = None
    """train, validation or test, where the settings say so."""
    dataset: DatasetSettings = DatasetSettings()
    tokens: TokenSettings = TokenSettings()
    homes: Mapping[str, Settings] = field(default_factory=dict)
    """What judges the files of a format where that differs: by its home where no target is named."""
    exempt: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """The rules whose findings are not told, each with the numbers of the exceptions that say so, from 0."""
    notes: tuple[str, ...] = ()
    """What the user should be told once of these settings, though they are obeyed."""

    def judging(self, format_name: str | None) -> Settings:
        """The settings that judge the rows of a format."""
        return self.homes.get(plain_format(format_name or ""), self)

    def is_assumed(self, format_name: str | None) -> bool:
        """Whether no target is named, so that the rows of a format are judged by the rules of its home."""
        return self.target.partition(":")[0] == "generic" and plain_format(format_name or "") in self.homes
