"""The word lists: form, size, and that they do not contradict each other."""

from importlib.resources import files

import pytest

from edgewise.core.errors import Unparsable
from edgewise.text.lexicon import lists
from edgewise.text.lexicon.lists import Meaning, entries, lexicon

NAMES = ["positive", "negative", "uncertain", "neutral", "negators", "forward_looking", "not_forward_looking"]


def lines_of(name):
    text = files("edgewise.text.lexicon").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return text.splitlines()


@pytest.mark.parametrize("name", [*NAMES, "groups"])
def test_each_list_begins_by_saying_how_it_was_made(name):
    header = [line for line in lines_of(name) if line.startswith("#")]
    assert lines_of(name)[: len(header)] == header
    assert any("How it was made" in line for line in header)


@pytest.mark.parametrize("name", NAMES)
def test_each_list_is_sorted_and_without_repeats(name):
    body = [line for line in lines_of(name) if line and not line.startswith("#")]
    assert body == sorted(set(body))


@pytest.mark.parametrize(("name", "least"), [("positive", 250), ("negative", 600), ("uncertain", 150)])
def test_each_list_is_large_enough(name, least):
    assert sum(len(phrase) == 1 for phrase in entries(name)) >= least


def test_no_expression_is_both_positive_and_negative():
    assert set(entries("positive")).isdisjoint(entries("negative"))


def test_no_expression_is_both_wanted_and_unwanted():
    groups = lists._groups()
    assert set(groups["wanted"]).isdisjoint(groups["unwanted"])
    assert set(groups["rose"]).isdisjoint(groups["fell"])


def test_words_that_only_name_a_line_of_a_statement_have_no_tone_alone():
    toned = Meaning.POSITIVE | Meaning.NEGATIVE | Meaning.UNCERTAIN
    captions = (
        "liability tax cost expense debt profit income revenue outstanding increase decrease terminate benefit award"
    )
    assert [word for word in captions.split() if lexicon().words.get(word, 0) & toned] == []


def test_groups_are_filled_into_phrases():
    phrases = lexicon().phrases
    assert phrases["revenue", "rose"] == Meaning.POSITIVE
    assert phrases["cost", "of", "sales", "increased"] == Meaning.NEGATIVE
    assert phrases["loss", "per", "share"] == Meaning.NONE


@pytest.mark.parametrize("line", ["Upper", "write-off", "two  spaces", "chapter 11"])
def test_a_malformed_entry_is_refused(monkeypatch, line):
    monkeypatch.setattr(lists, "_lines", lambda name: [] if name == "groups" else [line])
    lists._groups.cache_clear()
    with pytest.raises(Unparsable, match="is not words in lower case"):
        list(entries("positive"))
    lists._groups.cache_clear()


def test_a_contradiction_between_lists_is_refused():
    with pytest.raises(Unparsable, match="contradict"):
        lists._joined(Meaning.POSITIVE, Meaning.NEGATIVE, ("gain",))
    assert lists._joined(Meaning.NEGATIVE, Meaning.UNCERTAIN, ("doubt",)) == Meaning.NEGATIVE | Meaning.UNCERTAIN
