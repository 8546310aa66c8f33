"""The taxonomy: complete, without contradictions, in words of our own; faults in a file are all told at once."""

import pytest

from edgewise.core.errors import Unparsable
from edgewise.text.risk_categories.declared import read_taxonomy, taxonomy

CATEGORIES = taxonomy().categories

SMALL = """
version = "7"
[weights]
strong = 3
weak = 1.0
[[family]]
id = "people"
name = "People"
definition = "Those who work."
[[family.category]]
id = "labor"
name = "Labour"
definition = "Strikes and wages."
examples = ["Dockers may strike", "Wages rise", "Talks with the union fail"]
include = "Unions."
exclude = "Managers."
strong = ["strike", "wage"]
weak = ["union"]
"""


def faults(text):
    with pytest.raises(Unparsable) as error:
        read_taxonomy(text)
    return str(error.value)


def test_a_taxonomy_is_read_with_families_categories_and_weighted_phrases():
    declared = read_taxonomy(SMALL)
    (family,) = declared.families
    (labor,) = declared.categories
    assert (declared.version, family.id, labor.family) == ("7", "people", "people")
    assert labor.phrases == (("strike", 3.0), ("wage", 3.0), ("union", 1.0))
    assert labor.examples == ("Dockers may strike", "Wages rise", "Talks with the union fail")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('version = "7"', "version = 7", "version is not a text"),
        ("strong = 3\n", "strong = -3\n", "weights are not positive"),
        ("strong = 3\n", "strong = true\n", "weights are not positive"),
        ('name = "Labour"\n', "", "labor has no text 'name'"),
        ('include = "Unions."\n', 'include = " "\n', "labor has no text 'include'"),
        ('"Wages rise", ', "", "labor has fewer than 3 examples"),
        ('id = "labor"', 'id = "Labor law"', "'Labor law' cannot be an id"),
        ('id = "labor"', 'id = "other"', "'other' cannot be an id"),
        ('weak = ["union"]', "", "labor has no list of phrases 'weak'"),
        ('weak = ["union"]', 'weak = ["union", 3]', "labor has no list of phrases 'weak'"),
        ('weak = ["union"]', 'weak = ["Union"]', "'Union' is not words in lower case"),
        ('weak = ["union"]', 'weak = ["strike"]', "'strike' stands twice"),
        ('weak = ["union"]', 'weak = ["union"]\nheavy = ["x"]', "unknown entry 'heavy'"),
        ("[[family.category]]", "[family.kind]", "people has no categories"),
    ],
)
def test_each_fault_of_a_taxonomy_is_told(old, new, complaint):
    assert old in SMALL
    assert complaint in faults(SMALL.replace(old, new))


def test_all_faults_are_told_at_once():
    told = faults(SMALL.replace('id = "labor"', 'id = "Labor"').replace('"Wages rise", ', ""))
    assert "cannot be an id" in told
    assert "fewer than 3 examples" in told


def test_two_categories_of_one_name_are_refused_in_whatever_families():
    again = SMALL[SMALL.index("[[family]]") :].replace('id = "people"', 'id = "others"').replace("strike", "walkout")
    told = faults(SMALL + again.replace('"wage"', '"pay"').replace('"union"', '"guild"'))
    assert told.startswith("the taxonomy has faults: 'labor' names two categories.")


@pytest.mark.parametrize("text", ["", "version = ", 'version = "1"\nweights = 3', 'version = "1"\nfamily = 3'])
def test_what_is_no_taxonomy_is_refused(text):
    with pytest.raises(Unparsable):
        read_taxonomy(text)


def test_the_shipped_taxonomy_has_about_ten_families_and_some_forty_categories():
    assert len(taxonomy().families) == 10
    assert len(CATEGORIES) == 38


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_each_shipped_category_is_defined_told_apart_and_has_strong_phrases(category):
    texts = (category.definition, category.include, category.exclude)
    assert all(text.endswith(".") for text in texts)
    assert len(set(category.examples)) >= 3
    assert max(weight for _, weight in category.phrases) == 3.0
