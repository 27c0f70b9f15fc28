"""What kind of answer a text is, by its looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnlint.corpus.profile import Kind, Marks, Pair, Script, Stop, profile_of, read_profile, script_of

LONG = "The ferry to Hull leaves at nine in the morning"

KINDS = {
    Kind.EMPTY: ["", "  \n"],
    Kind.JSON: ['{"a": 1}', " [1, 2]\n", '{"a": "' + LONG * 99 + '"}', "{broken}"],
    Kind.CODE: ["```json\n{}\n```", "```py\nprint()\n```\nThat is it."],
    Kind.NUMBER: ["7", "-3.5", "1,000", "12 %", "$5", "2:1", "1e-3", "(7)", "10/12", "€ 4.50", "100°"],
    Kind.WORDS: ["yes", "Positive.", "New York", "not at all sure", "a-b_c", "否", "négatif", "Ja.", "B)"],
    Kind.PROSE: [
        LONG,
        "It is so.",
        "Is it?",
        "one two three four five",
        "a\nb",
        "船は九時に出ます。毎日です。",
        "[see] this page of the guide",
    ],
}
SCRIPTS = {
    Script.LATIN: [
        LONG,
        "Où est passée la clé de l'hôtel, s'il vous plaît ?",
        "“Quoted” – with marks – 🚢",
        "Trời ơi",
    ],
    Script.GREEK: ["Το πλοίο για τον Πειραιά φεύγει στις εννέα"],
    Script.CYRILLIC: [
        "Паром в Брест отправляется в семь часов утра",
        "Паром API v2 отправляется в Брест утром",
    ],
    Script.HEBREW: ["המעבורת יוצאת בתשע"],
    Script.ARABIC: ["تغادر العبارة في التاسعة صباحا"],
    Script.INDIC: ["नौका सुबह नौ बजे निकलती है", "ফেরি সকাল নয়টায় ছাড়ে"],
    Script.THAI: ["เรือเฟอร์รี่ออกเวลาเก้าโมงเช้า"],
    Script.KANA: ["港の事務所は九時に開きます。そこで免許を更新できます。", "フェリーは九時に出港"],
    Script.HAN: ["港口办公室九点开门，您可以在那里更新许可证", "渡輪 Hull 九點開船，請提前半小時到達碼頭"],
    Script.HANGUL: ["페리는 아침 아홉 시에 출발합니다"],
    Script.NONE: ["🚢🚢🚢", "、。"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_kind(kind: Kind, text: str) -> None:
    assert read_profile(profile_of(text, calls=False)).kind == kind
    assert read_profile(profile_of(text, calls=True)).kind == Kind.CALL


@pytest.mark.parametrize(
    ("script", "text"), [(one, text) for one, texts in SCRIPTS.items() for text in texts]
)
def test_script(script: Script, text: str) -> None:
    assert script_of(text) == script
    assert script_of(text * 50) == script


@pytest.mark.parametrize(
    ("end", "stop"),
    [
        ("", Stop.NONE),
        (".", Stop.FULL),
        ("!\n", Stop.FULL),
        ("。", Stop.FULL),
        ('."', Stop.FULL),
        (".**", Stop.FULL),
        ("?)", Stop.FULL),
        (",", Stop.NONE),
        ("`", Stop.OTHER),
        (".\nBye.", Stop.OTHER),
        ("“", Stop.OTHER),
        (" 🚢", Stop.OTHER),
        (" |", Stop.OTHER),
    ],
)
def test_stop(end: str, stop: Stop) -> None:
    assert read_profile(profile_of(LONG + end, calls=False)).stop == stop


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (LONG, Marks(0)),
        (f"Hey! {LONG}", Marks.EXCLAMATION),
        (f"{LONG} {LONG} {LONG}！", Marks.EXCLAMATION),
        (f"{LONG} 🚢", Marks.EMOJI),
        (f"✅ Done! {LONG}", Marks.EMOJI | Marks.EXCLAMATION),
        (f"{LONG * 3} ! 🚢 {LONG * 3}", Marks(0)),
    ],
)
def test_marks(text: str, marks: Marks) -> None:
    assert read_profile(profile_of(text, calls=False)).marks == marks


def test_size() -> None:
    sizes = [
        read_profile(profile_of("x" * length, calls=False)).size for length in (41, 64, 127, 128, 1 << 20)
    ]
    assert sizes == [6, 7, 7, 8, 15]


@pytest.mark.parametrize(
    ("answer", "other", "pair"),
    [
        ("yes", "", Pair.NONE),
        ("", "yes", Pair.NONE),
        ("yes, " * 20, "no", Pair.LONGER),
        ("7", LONG, Pair.SHORTER),
        ("yes", "yep", Pair.EVEN),
    ],
)
def test_pair(answer: str, other: str, pair: Pair) -> None:
    assert read_profile(profile_of(answer, calls=False, other=other)).pair == pair


@given(st.text(), st.booleans(), st.text())
def test_any_text_has_a_profile(answer: str, calls: bool, other: str) -> None:
    profile = read_profile(profile_of(answer, calls, other))
    assert profile.kind != Kind.EMPTY or not answer.strip()
    if profile.kind != Kind.PROSE:
        assert profile[1:5] == (Stop.OTHER, 0, Script.NONE, Marks(0))
