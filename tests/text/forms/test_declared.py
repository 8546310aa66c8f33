"""The declared forms: what is looked for on a date, what can stand there, and how a wrong declaration is refused.

The lists of items were written by hand from the forms and the releases that changed them, not taken from the files.
"""

from datetime import date

import pytest

from edgewise.core.errors import Unparsable
from edgewise.text.forms.declared import by_name, declared, form_for, read_form

SPRING_2001, SPRING_2003, SPRING_2006 = date(2001, 3, 1), date(2003, 3, 31), date(2006, 3, 1)
SPRING_2009, SPRING_2024 = date(2009, 3, 2), date(2024, 3, 20)

SMALL_ANNUAL = "I:1 2 3 4 II:5 6 7 8"
QUARTERLY_II = "II:1 2 3 4 5 6"
FOREIGN_I = "I:1 2 3 4 5 6 7 8 9 10 11 12"
CURRENT_2006 = (
    "1.01 1.02 1.03 2.01 2.02 2.03 2.04 2.05 2.06 3.01 3.02 3.03 4.01 4.02 "
    "5.01 5.02 5.03 5.04 5.05 5.06 6.01 6.02 6.03 6.04 6.05 7.01 8.01 9.01"
)
CURRENT_2024 = (
    "1.01 1.02 1.03 1.04 1.05 2.01 2.02 2.03 2.04 2.05 2.06 3.01 3.02 3.03 4.01 4.02 "
    "5.01 5.02 5.03 5.04 5.05 5.06 5.07 5.08 6.01 6.02 6.03 6.04 6.05 6.06 7.01 8.01 9.01"
)
EXPECTED = [
    ("10-K", SPRING_2001, "I:1 2 3 4 II:5 6 7 7A 8 9 III:10 11 12 13 IV:14"),
    ("10-K", SPRING_2003, "I:1 2 3 4 II:5 6 7 7A 8 9 III:10 11 12 13 14 IV:15"),
    ("10-K", SPRING_2006, "I:1 1A 1B 2 3 4 II:5 6 7 7A 8 9 9A 9B III:10 11 12 13 14 IV:15"),
    ("10-K", SPRING_2009, "I:1 1A 1B 2 3 4 II:5 6 7 7A 8 9 9A 9B III:10 11 12 13 14 IV:15"),
    ("10-K", SPRING_2024, "I:1 1A 1B 1C 2 3 4 II:5 6 7 7A 8 9 9A 9B 9C III:10 11 12 13 14 IV:15 16"),
    ("10-K", date(1996, 3, 1), "I:1 2 3 4 II:5 6 7 8 9 III:10 11 12 13 IV:14"),
    ("10-KSB", SPRING_2001, f"{SMALL_ANNUAL} III:9 10 11 12 13"),
    ("10-KSB", SPRING_2003, f"{SMALL_ANNUAL} III:9 10 11 12 13 14"),
    ("10-KSB", SPRING_2006, f"{SMALL_ANNUAL} 8A 8B III:9 10 11 12 13 14"),
    ("10-KSB", SPRING_2009, f"{SMALL_ANNUAL} 8A 8B III:9 10 11 12 13 14"),
    ("10-Q", SPRING_2001, f"I:1 2 3 {QUARTERLY_II}"),
    ("10-Q", SPRING_2003, f"I:1 2 3 4 {QUARTERLY_II}"),
    ("10-Q", SPRING_2006, "I:1 2 3 4 II:1 1A 2 3 4 5 6"),
    ("10-Q", SPRING_2009, "I:1 2 3 4 II:1 1A 2 3 4 5 6"),
    ("10-Q", SPRING_2024, "I:1 2 3 4 II:1 1A 2 3 4 5 6"),
    ("10-QSB", SPRING_2001, f"I:1 2 {QUARTERLY_II}"),
    ("10-QSB", SPRING_2003, f"I:1 2 3 {QUARTERLY_II}"),
    ("10-QSB", SPRING_2006, f"I:1 2 3 {QUARTERLY_II}"),
    ("10-QSB", SPRING_2009, f"I:1 2 3 {QUARTERLY_II}"),
    ("8-K", SPRING_2001, "1 2 3 4 5 6 7 8 9"),
    ("8-K", SPRING_2003, "1 2 3 4 5 6 7 8 9 10 11 12"),
    ("8-K", SPRING_2006, CURRENT_2006),
    ("8-K", SPRING_2009, CURRENT_2006),
    ("8-K", SPRING_2024, CURRENT_2024),
    ("20-F", date(2000, 6, 30), "I:1 2 3 4 5 6 7 8 9 9A 10 11 12 13 II:14 III:15 16 IV:17 18 19"),
    ("20-F", SPRING_2001, f"{FOREIGN_I} II:13 14 15 16 III:17 18 19"),
    ("20-F", SPRING_2003, f"{FOREIGN_I} II:13 14 15 16 16A 16B 16C III:17 18 19"),
    ("20-F", SPRING_2006, "I:1 2 3 4 4A 5 6 7 8 9 10 11 12 II:13 14 15 16 16A 16B 16C 16D 16E III:17 18 19"),
    ("20-F", SPRING_2009, "I:1 2 3 4 4A 5 6 7 8 9 10 11 12 II:13 14 15 16 16A 16B 16C 16D 16E 16F 16G III:17 18 19"),
    (
        "20-F",
        SPRING_2024,
        "I:1 2 3 4 4A 5 6 7 8 9 10 11 12 II:13 14 15 16 16A 16B 16C 16D 16E 16F 16G 16H 16I 16J 16K III:17 18 19",
    ),
]


def keys(written):
    """The keys that a line such as "I:1 2 II:5" stands for."""
    part, found = "", []
    for word in written.split():
        before, colon, after = word.rpartition(":")
        part = before if colon else part
        found.append((part, after))
    return found


def kind(form, part, item, filed):
    return next(one for one in form_for(form, filed).possible(filed) if one.key == (part, item))


class TestWhatIsLookedFor:
    @pytest.mark.parametrize(("form", "filed", "written"), EXPECTED)
    def test_the_items_of_a_form_on_a_date_in_its_order(self, form, filed, written):
        assert [one.key for one in form_for(form, filed).expected(filed)] == keys(written)

    @pytest.mark.parametrize(
        ("form", "like"),
        [
            ("10-K405", "10-K"),
            ("10-KT", "10-K"),
            ("10-K405T", "10-K"),
            ("10-KSB40", "10-KSB"),
            ("10-QT", "10-Q"),
            ("8-K12B", "8-K"),
        ],
    )
    def test_failure_case_17_a_form_of_old_is_read_like_its_kin(self, form, like):
        assert form_for(form, SPRING_2001) is form_for(like, SPRING_2001)

    def test_an_amendment_has_the_same_items_and_none_of_them_must_be_there(self):
        amended, original = form_for(" 10-k/a ", SPRING_2024), form_for("10-K", SPRING_2024)
        assert (amended.amended, original.amended) == (True, False)
        assert amended.expected(SPRING_2024) == original.expected(SPRING_2024)
        assert amended.required(SPRING_2024) == ()
        assert ("I", "1A") in [one.key for one in original.required(SPRING_2024)]

    @pytest.mark.parametrize("form", ["", "/A", "10", "S-1", "10-K/A/A", "4"])
    def test_a_form_that_is_not_declared_is_none(self, form):
        assert form_for(form, SPRING_2024) is None

    def test_a_report_on_form_8k_must_hold_no_item(self):
        assert form_for("8-K", SPRING_2024).required(SPRING_2024) == ()

    def test_the_summary_of_a_10k_is_looked_for_but_not_demanded(self):
        summary = kind("10-K", "IV", "16", SPRING_2024)
        assert summary.expected_on(SPRING_2024)
        assert not summary.required_on(SPRING_2024)

    @pytest.mark.parametrize(
        ("form", "part", "item", "not_yet", "from_then"),
        [
            ("10-K", "II", "7A", date(1997, 12, 5), date(1999, 12, 22)),
            ("10-K", "II", "9A", date(2003, 9, 29), date(2004, 3, 15)),
            ("10-K", "II", "9B", date(2004, 12, 3), date(2005, 3, 15)),
            ("10-K", "I", "1A", date(2005, 12, 1), date(2006, 3, 15)),
            ("10-K", "I", "1C", date(2023, 11, 3), date(2024, 4, 1)),
            ("10-Q", "I", "4", date(2002, 9, 13), date(2003, 2, 10)),
            ("20-F", "II", "16K", date(2023, 9, 1), date(2024, 9, 1)),
        ],
    )
    def test_a_new_item_is_looked_for_months_before_it_is_demanded(self, form, part, item, not_yet, from_then):
        early = kind(form, part, item, not_yet)
        assert (early.expected_on(not_yet), early.required_on(not_yet)) == (True, False)
        assert early.required_on(from_then)

    def test_the_old_item_14_is_demanded_until_another_takes_its_number(self):
        exhibits = kind("10-K", "IV", "14", date(2002, 8, 28))
        days = [date(2002, 8, 28), date(2002, 11, 1), SPRING_2003]
        assert [exhibits.required_on(day) for day in days] == [True, False, False]
        assert [exhibits.expected_on(day) for day in days] == [True, True, False]

    def test_the_declarations_are_read_once(self):
        assert declared() is declared()
        assert form_for("10-K", SPRING_2001) is form_for("10-K", SPRING_2024)


class TestTheClosedVocabulary:
    @pytest.mark.parametrize("label", ["2P", "17", "1D", "9D", "4A", "II", "", "2.02"])
    def test_failure_case_2_a_label_that_the_form_does_not_have_is_no_item(self, label):
        assert label not in form_for("10-K", SPRING_2024).labels(SPRING_2024)

    def test_failure_case_2_an_item_of_another_time_is_none(self):
        annual = form_for("10-K", SPRING_2001)
        assert {"1A", "1C", "9A", "9C", "15", "16"}.isdisjoint(annual.labels(SPRING_2001))
        assert "1A" in annual.labels(SPRING_2006)
        assert "1C" not in annual.labels(SPRING_2006)

    def test_failure_case_10_a_variant_of_a_label_is_the_item_itself(self):
        labels = form_for("10-K", SPRING_2009).labels(SPRING_2009)
        assert [one.key for one in labels["9A(T)"]] == [("II", "9A")]

    def test_failure_case_13_a_number_of_both_parts_of_a_10q_means_two_items(self):
        labels = form_for("10-Q", SPRING_2024).labels(SPRING_2024)
        assert [(one.key, one.title) for one in labels["1"]] == [
            (("I", "1"), "Financial Statements"),
            (("II", "1"), "Legal Proceedings"),
        ]
        assert [one.key for one in labels["1A"]] == [("II", "1A")]

    @pytest.mark.parametrize(
        ("filed", "possible", "not_possible"),
        [
            (date(2004, 8, 20), {"5", "12"}, {"8.01", "2.02"}),
            (date(2004, 9, 1), {"5", "8.01"}, {"1.04"}),
            (date(2005, 1, 3), {"8.01"}, {"5", "12"}),
            (date(1998, 6, 1), {"9"}, {"10", "12"}),
            (date(2000, 3, 1), {"8"}, {"9"}),
        ],
    )
    def test_failure_case_14_the_items_of_form_8k_changed_in_august_2004(self, filed, possible, not_possible):
        labels = form_for("8-K", filed).labels(filed).keys()
        assert possible <= labels
        assert not_possible.isdisjoint(labels)

    def test_an_old_item_number_lingers_for_months_but_is_not_looked_for(self):
        lingering = kind("8-K", "", "5", date(2004, 9, 1))
        assert not lingering.expected_on(date(2004, 9, 1))

    def test_items_of_asset_backed_issuers_can_stand_in_any_10k_and_are_not_looked_for(self):
        servicer = kind("10-K", "III", "1123", SPRING_2024)
        assert not servicer.expected_on(SPRING_2024)

    def test_the_year_in_which_item_14_had_three_meanings_knows_them_all(self):
        labels = form_for("10-K", SPRING_2003).labels(SPRING_2003)
        assert [(one.part, one.title.split()[0]) for one in labels["14"]] == [("III", "Controls"), ("IV", "Exhibits,")]
        assert [one.title.split()[0] for one in labels["16"]] == ["Principal"]


class TestTitles:
    @pytest.mark.parametrize(
        ("form", "part", "item", "filed", "title"),
        [
            ("10-K", "I", "4", SPRING_2009, "Submission of Matters to a Vote of Security Holders"),
            ("10-K", "I", "4", date(2011, 3, 1), "(Removed and Reserved)"),
            ("10-K", "I", "4", SPRING_2024, "Mine Safety Disclosures"),
            ("10-K", "II", "6", SPRING_2009, "Selected Financial Data"),
            ("10-K", "II", "6", SPRING_2024, "[Reserved]"),
            ("10-K", "III", "10", SPRING_2006, "Directors and Executive Officers of the Registrant"),
            ("10-K", "III", "10", SPRING_2024, "Directors, Executive Officers and Corporate Governance"),
            ("10-K", "III", "14", SPRING_2003, "Controls and Procedures"),
            ("10-K", "III", "14", SPRING_2006, "Principal Accountant Fees and Services"),
            ("10-Q", "II", "2", SPRING_2001, "Changes in Securities and Use of Proceeds"),
            ("10-Q", "II", "6", SPRING_2003, "Exhibits and Reports on Form 8-K"),
            ("10-KSB", "II", "6", SPRING_2003, "Management's Discussion and Analysis or Plan of Operation"),
            ("8-K", "", "9", date(1998, 6, 1), "Sales of Equity Securities Pursuant to Regulation S"),
            ("8-K", "", "9", SPRING_2003, "Regulation FD Disclosure"),
            ("20-F", "I", "1", date(2000, 6, 30), "Description of Business"),
            ("20-F", "I", "1", SPRING_2001, "Identity of Directors, Senior Management and Advisers"),
            ("20-F", "II", "16K", SPRING_2024, "Cybersecurity"),
        ],
    )
    def test_the_first_title_is_that_of_the_form_in_its_time(self, form, part, item, filed, title):
        assert kind(form, part, item, filed).title == title

    def test_a_company_that_is_late_with_a_new_title_is_still_understood(self):
        assert "Submission of Matters to a Vote of Security Holders" in kind("10-K", "I", "4", date(2012, 3, 1)).titles

    def test_executive_officers_are_a_heading_without_a_number(self):
        annual = form_for("10-K", SPRING_2001)
        assert "Executive Officers of the Registrant" in annual.unnumbered
        assert all("Executive Officers of the Registrant" not in one.titles for one in annual.items if one.part == "I")


class TestLengths:
    @pytest.mark.parametrize(
        ("form", "part", "item", "true", "wrong"),
        [
            ("10-K", "II", "7", 158_000, 539_000),  # Ambac, failure case 3
            ("10-K", "I", "1A", 73_000, 673_000),  # Morgan Stanley, failure case 4
            ("10-K", "I", "3", 1_200, 146_000),  # Tesla, failure case 7
            ("10-Q", "II", "1", 144, 146_000),  # ICE, failure case 7
            ("10-K", "II", "8", 120_000, 207),  # NVIDIA points elsewhere, failure case 12
        ],
    )
    def test_failure_cases_3_4_7_12_the_true_length_is_typical_and_the_wrong_one_is_not(
        self, form, part, item, true, wrong
    ):
        assert kind(form, part, item, SPRING_2024).is_typical(true)
        assert not kind(form, part, item, SPRING_2024).is_typical(wrong)

    def test_part_iii_is_what_usually_stands_elsewhere(self):
        usual = {one.key for one in form_for("10-K", SPRING_2024).expected(SPRING_2024) if one.by_reference_usual}
        assert usual == {("III", number) for number in ("10", "11", "12", "13", "14")}

    def test_a_reserved_item_is_usually_a_bare_heading(self):
        assert not kind("10-K", "II", "6", SPRING_2024).body_usual
        assert kind("10-K", "II", "6", SPRING_2009).body_usual


DECLARATION = """
forms = ["1-X"]
ends = ["Signatures"]
[[part]]
id = "I"
[[part.item]]
id = "1"
titles = ["Business"]
typical = [10, 20]
{}
"""
SECOND = '[[part.item]]\nid = "{}"\ntitles = ["Other"]\ntypical = [1, 2]\n{}'


class TestWrongDeclarations:
    def test_a_right_one_is_read(self):
        form = read_form("x", DECLARATION.format("since = 2001-01-01"))
        assert (form.name, form.forms, form.ends, form.parts[0].id) == ("x", ("1-X",), ("Signatures",), "I")
        assert form.expected(date(2000, 12, 31)) == ()
        assert [one.key for one in form.expected(date(2001, 1, 1))] == [("I", "1")]

    @pytest.mark.parametrize(
        ("more", "complaint"),
        [
            ("colour = 1", "item I 1: unknown key 'colour'"),
            ("since = 2002-01-01\nuntil = 2001-01-01", "item I 1: since 2002-01-01 is after until 2001-01-01"),
            ("until = 2001-01-01\nexpected_until = 2001-02-01", "expected_until 2001-02-01 is outside"),
            ("since = 2001-01-01\nrequired_since = 2000-02-01", "required_since 2000-02-01 is outside"),
            ("required_since = 2002-01-01\nrequired_until = 2001-01-01", "is after required_until"),
            ('since = "2001-01-01"', "'since' is not a date"),
            ("since = 2001-01-01T00:00:00", "'since' is not a date"),
            ("required = 1", "'required' is neither true nor false"),
            ("aliases = []", "'aliases' is not a list of texts"),
            (SECOND.format("1", ""), "item I 1 is declared twice for 0001-01-01"),
            (SECOND.format("2", 'aliases = ["1"]'), "item I 1 is declared twice"),
            (SECOND.format("2", "\n[[part]]\nid = 3"), "'id' is not a text"),
            ("[[part]]", "part '?': 'id' is missing; part '?': 'item' is missing"),
            ("[[part]]\nid = 'II'\nitem = []", "part 'II': 'item' is not a list of tables"),
            ("[[", "no TOML"),
        ],
    )
    def test_a_wrong_one_is_refused_and_told_why(self, more, complaint):
        with pytest.raises(Unparsable) as caught:
            read_form("x", DECLARATION.format(more))
        assert complaint in str(caught.value)
        assert "x.toml" in str(caught.value)

    @pytest.mark.parametrize(
        ("right", "wrong", "complaint"),
        [
            ('["Business"]', "[]", "'titles' is not a list of texts"),
            ('["Business"]', '[" "]', "'titles' is not a list of texts"),
            ("[10, 20]", "[20, 10]", "'typical' is not [low, high]"),
            ("[10, 20]", "[0, 10]", "'typical' is not [low, high]"),
            ("[10, 20]", '["a", 10]', "'typical' is not [low, high]"),
            ('ends = ["Signatures"]', "since = 2001-01-01", "the form: 'ends' is missing"),
            ("ends =", 'period = "month"\nends =', "'period' is neither"),
            ('forms = ["1-X"]', "form = 1", "the form: unknown key 'form'; the form: 'forms' is missing"),
        ],
    )
    def test_a_wrong_value_is_refused_and_told_why(self, right, wrong, complaint):
        with pytest.raises(Unparsable) as caught:
            read_form("x", DECLARATION.format("").replace(right, wrong))
        assert complaint in str(caught.value)

    def test_all_complaints_come_at_once(self):
        with pytest.raises(Unparsable) as caught:
            read_form("x", DECLARATION.format("colour = 1").replace("[10, 20]", "[20, 10]"))
        assert "colour" in str(caught.value)
        assert "typical" in str(caught.value)

    def test_one_item_may_be_declared_for_one_era_after_another(self):
        text = DECLARATION.format("until = 2000-12-31\n" + SECOND.format("1", "since = 2001-01-01"))
        assert [one.title for one in read_form("x", text).items] == ["Business", "Other"]

    def test_two_files_may_not_declare_one_form_for_the_same_dates(self):
        early = DECLARATION.format("").replace("ends", "until = 2000-12-31\nends", 1)
        late = DECLARATION.format("").replace("ends", "since = 2000-12-31\nends", 1)
        with pytest.raises(Unparsable, match="form '1-X' is declared in early"):
            by_name([read_form("late", late), read_form("early", early)])
        parted = by_name([read_form("late", late.replace("2000-12-31", "2001-01-01")), read_form("early", early)])
        assert [form.name for form in parted["1-X"]] == ["early", "late"]


def test_a_form_says_what_it_reports_on_and_where_its_risk_factors_stand():
    said = {
        name: (form.period, [kind.key for kind in form.items if kind.risk_factors])
        for name in ("10-K", "10-KSB/A", "10-Q", "8-K", "20-F")
        if (form := form_for(name, date(2007, 6, 1)))
    }
    assert said == {
        "10-K": ("year", [("I", "1A")]),
        "10-KSB/A": ("year", [("I", "1A")]),
        "10-Q": ("quarter", [("II", "1A")]),
        "8-K": ("", []),
        "20-F": ("year", []),
    }
