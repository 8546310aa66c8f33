"""Differences for people: what they say, that they say all, and that they are safe to show."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.text.difference import Piece, difference, shortened, to_html

SPELLED = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]", "skipped": "{}"}
WORDS = st.lists(
    st.sampled_from(
        ["we", "expect", "sales", "3.5%", "$1,000", "(", ")", ",", ".", "\u201cfine\u201d", "'fine'", "\n"]
    ),
    max_size=40,
).map(" ".join)


def spelled(pieces):
    return "".join(SPELLED[piece.op].format(piece.text) for piece in pieces)


def joined(pieces, *ops):
    return "".join(piece.text for piece in pieces if piece.op in ops)


def plain(text):
    """A text without what a difference does not look at: white space, and the kind of quotes."""
    return re.sub(r"\s+", "", text).translate(str.maketrans("\u201c\u201d\u2019\u2013", '""\'-'))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Sales rose.", "Sales rose.", "Sales rose."),
        ("", "Sales rose.", "{+Sales rose.+}"),
        ("Sales rose.", "", "[-Sales rose.-]"),
        ("", "", ""),
        ("a profit of $10.5 million.", "a profit of $12 million.", "a profit of[- $10.5-]{+ $12+} million."),
        ("wars, quakes or floods", "wars, quakes and fires or floods", "wars, quakes{+ and fires+} or floods"),
        ("One. Two has gone. Three.", "One. Three.", "One.[- Two has gone.-] Three."),
        ("We sew. We knit. We sell.", "We sew. We sell.", "We sew.[- We knit.-] We sell."),
        ("Hats\nA fine\nA tie", "Hats\nA tie", "Hats[-\nA fine-]\nA tie"),
        ("the Company\u2019s \u201cown\u201d", "the Company's \"own\"", "the Company's \"own\""),
        ("much\n white  space", "much white space", "much white space"),
    ],
)  # fmt: skip
def test_a_difference_reads_like_an_edited_text(old, new, expected):
    assert spelled(difference(old, new)) == expected


def test_single_words_in_a_rewritten_sentence_are_not_woven_in():
    old = "It rains. Our suppliers may fail to deliver the parts in time. It shines."
    new = "It rains. Floods in the valley closed our main plant for weeks. It shines."
    assert spelled(difference(old, new)) == (
        "It rains.[- Our suppliers may fail to deliver the parts in time-]"
        "{+ Floods in the valley closed our main plant for weeks+}. It shines."
    )


def test_a_long_common_stretch_stands_between_however_large_the_changes():
    stretch = "with the same seven words in between"
    old, new = f"{'old ' * 50}{stretch} {'before ' * 50}", f"{'new ' * 50}{stretch} {'after ' * 50}"
    assert [piece.op for piece in difference(old, new)] == ["removed", "added", "same", "removed", "added"]


@given(WORDS, WORDS)
def test_the_pieces_say_all_of_both_texts(old, new):
    pieces = difference(old, new)
    assert joined(pieces, "same", "added") == new.rstrip()
    assert plain(joined(pieces, "same", "removed")) == plain(old)


@given(WORDS, WORDS)
def test_no_piece_is_empty_and_what_was_removed_stands_before_what_was_added(old, new):
    pieces = difference(old, new)
    ops = [piece.op for piece in pieces]
    assert all(piece.text for piece in pieces)
    for first, second in pairwise(ops):
        assert first != second
        assert (first, second) != ("added", "removed")


def test_shortened_keeps_the_words_beside_a_change():
    old = " ".join(f"word{place}" for place in range(30))
    pieces = difference(old, old.replace("word15", "changed"))
    assert spelled(shortened(pieces, context=2)) == " \u2026 word13 word14[- word15-]{+ changed+} word16 word17 \u2026"
    assert shortened(difference(old, old)) == [Piece("skipped", " \u2026")]
    assert shortened(pieces, context=15) == pieces


def test_html_shows_the_text_and_nothing_of_it_is_markup():
    """Failure case 43: what stands in a filing is hostile until it is escaped."""
    pieces = difference("a <script>x</script>\nb & c", 'a <img onerror="x">\nb & d')
    html = to_html(pieces)
    assert set(re.findall(r"<[^>]*>", html)) == {"<ins>", "</ins>", "<del>", "</del>", "<br>"}
    assert "script&gt;x&lt;/script&gt;" in html
    assert to_html([Piece("added", "x"), Piece("skipped", " \u2026")]) == "<ins>x</ins> \u2026"
