from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from edgewise.core.errors import InvalidInput
from edgewise.text.insights import new_kinds, rising_kinds, sound_reports

NOON = datetime(2024, 3, 4, 17, tzinfo=UTC)
OLD, NEW = "0000000001-23-000001", "0000000001-24-000001"


def factor(accession, category, ordinal=1, *, status="ok", version="keywords-1", family="f"):
    return {
        "accession": accession,
        "ordinal": ordinal,
        "family": family,
        "category": category,
        "category_version": version,
        "status": status,
    }


def change(ordinal, category, kind="new", *, split_of=None, words=10, family="f"):
    return {
        "accession": NEW,
        "previous_accession": OLD,
        "ordinal": ordinal,
        "change": kind,
        "heading": f"heading {ordinal}",
        "family": family,
        "category": category,
        "split_of": split_of,
        "words_added": words,
        "known_at": NOON,
    }


def changes(*rows):
    return pl.DataFrame(list(rows), schema_overrides={"split_of": pl.Int32, "ordinal": pl.Int32})


FACTORS = [factor(OLD, "tax"), factor(NEW, "tax", 1), factor(NEW, "cyber", 2), factor(NEW, "cyber", 3)]


class TestSoundReports:
    def test_one_doubtful_factor_leaves_its_report_out(self):
        rows = [factor("a", "tax"), factor("b", "tax"), factor("b", "cyber", 2, status="suspect")]
        assert sound_reports(pl.DataFrame(rows)).rows() == [("a", "keywords-1")]

    def test_a_report_classified_twice_is_left_out(self):
        rows = [factor("a", "tax"), factor("a", "cyber", 2, version="head-1"), factor("b", "tax", version="head-1")]
        assert sound_reports(pl.DataFrame(rows)).rows() == [("b", "head-1")]


class TestNewKinds:
    def test_by_hand(self):
        told = changes(change(1, "tax", "kept", words=0), change(2, "cyber", words=40), change(3, "cyber", words=2))
        assert new_kinds(told, pl.DataFrame(FACTORS)).to_dicts() == [
            {
                "accession": NEW,
                "previous_accession": OLD,
                "family": "f",
                "category": "cyber",
                "factors": 2,
                "words": 42,
                "ordinal": 2,
                "heading": "heading 2",
                "known_at": NOON,
            }
        ]

    def test_a_new_factor_of_an_old_kind_is_no_new_kind(self):
        assert new_kinds(changes(change(4, "tax")), pl.DataFrame(FACTORS)).is_empty()

    @pytest.mark.parametrize(("kind", "split_of"), [("kept", None), ("reworded", None), ("new", 1), ("dropped", None)])
    def test_what_was_not_newly_written_is_no_new_kind(self, kind, split_of):
        told = changes(change(2, "cyber", kind, split_of=split_of))
        assert new_kinds(told, pl.DataFrame(FACTORS)).is_empty()

    def test_other_is_no_kind(self):
        assert new_kinds(changes(change(2, "other")), pl.DataFrame(FACTORS)).is_empty()

    @pytest.mark.parametrize(
        "doubt",
        [
            factor(OLD, "rates", 2, status="suspect"),
            factor(NEW, "rates", 4, status="suspect"),
            factor(OLD, "rates", 2, version="head-1"),
        ],
    )
    def test_a_pair_with_a_doubtful_report_says_nothing(self, doubt):
        assert new_kinds(changes(change(2, "cyber")), pl.DataFrame([*FACTORS, doubt])).is_empty()

    def test_reports_that_two_models_classified_are_not_compared(self):
        rows = [row | {"category_version": "head-1"} if row["accession"] == OLD else row for row in FACTORS]
        assert new_kinds(changes(change(2, "cyber")), pl.DataFrame(rows)).is_empty()


def reports(*rows):
    names = ("accession", "cik", "sector", "year")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows], schema_overrides={"year": pl.Int32})


class TestRisingKinds:
    """Three companies: the first names cyber risk anew, the second always did, the third ceases to."""

    REPORTS = reports(
        *((f"{cik}-{year}", cik, "energy", year) for cik in (1, 2, 3) for year in (2022, 2023)),
        ("4-2023", 4, "energy", 2023),  # has no year before
    )
    NAMED = (
        ("1-2022", "tax"),
        ("1-2023", "tax"),
        ("1-2023", "cyber"),
        ("2-2022", "cyber"),
        ("2-2023", "cyber"),
        ("3-2022", "cyber"),
        ("3-2022", "tax"),
        ("3-2023", "tax"),
        ("4-2023", "cyber"),
    )

    def factors(self, *more):
        return pl.DataFrame([*(factor(accession, category) for accession, category in self.NAMED), *more])

    def test_by_hand(self):
        found = rising_kinds(self.REPORTS, self.factors(), min_companies=3)
        assert found.select("category", "companies", "before", "now", "gained", "lost").rows() == [
            ("cyber", 3, 2, 2, 1, 1),
            ("tax", 3, 2, 2, 0, 0),
        ]
        assert found["share_now"].to_list() == pytest.approx([2 / 3, 2 / 3])
        assert found["change"].to_list() == [0, 0]

    def test_who_comes_in_changes_no_share(self):
        without = rising_kinds(self.REPORTS.head(6), self.factors(), min_companies=3)
        assert_frame_equal(rising_kinds(self.REPORTS, self.factors(), min_companies=3), without)

    def test_a_doubtful_report_takes_its_company_out(self):
        found = rising_kinds(
            self.REPORTS, self.factors(factor("3-2023", "rates", 2, status="suspect")), min_companies=2
        )
        assert found.filter(category="cyber").select("companies", "before", "now", "change").rows() == [(2, 1, 2, 0.5)]

    def test_a_report_without_risk_factors_is_no_report_without_risks(self):
        silent = self.factors().filter(pl.col("accession") != "1-2022")
        assert rising_kinds(self.REPORTS, silent, min_companies=2)["companies"].unique().to_list() == [2]

    def test_few_companies_have_counts_and_no_shares(self):
        found = rising_kinds(self.REPORTS, self.factors(), min_companies=4)
        assert found["companies"].to_list() == [3, 3]
        assert found.select("share_before", "share_now", "change").null_count().row(0) == (2, 2, 2)

    def test_sectors_and_years_are_apart_and_the_largest_change_comes_first(self):
        others = self.REPORTS.with_columns(
            cik=pl.col("cik") + 10, sector=pl.lit("banks"), accession="b" + pl.col("accession")
        )
        named = self.factors().with_columns(accession="b" + pl.col("accession"))
        bank = pl.concat([named, pl.DataFrame([factor("b2-2023", "tax", 2)])], how="diagonal_relaxed")
        found = rising_kinds(
            pl.concat([self.REPORTS, others]),
            pl.concat([self.factors(), bank], how="diagonal_relaxed"),
            min_companies=3,
        )
        assert found.select("sector", "category").rows() == [
            ("banks", "tax"),
            ("banks", "cyber"),
            ("energy", "cyber"),
            ("energy", "tax"),
        ]

    def test_without_a_sector_a_report_is_left_out(self):
        unknown = self.REPORTS.with_columns(sector=pl.when(pl.col("cik") != 2).then("sector"))
        assert rising_kinds(unknown, self.factors(), min_companies=1)["companies"].unique().to_list() == [2]

    def test_two_reports_of_a_year_are_refused(self):
        with pytest.raises(InvalidInput, match="two reports in one year"):
            rising_kinds(pl.concat([self.REPORTS, self.REPORTS.head(1)]), self.factors())

    def test_the_order_of_rows_does_not_matter(self):
        first = rising_kinds(self.REPORTS, self.factors(), min_companies=3)
        assert_frame_equal(rising_kinds(self.REPORTS.reverse(), self.factors().reverse(), min_companies=3), first)
