"""Identifiers are checked when made and spelled one way."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.core.errors import InvalidInput
from edgewise.core.identifiers import Accession, Cik, InstrumentId, Ticker, TickerSpan


class TestExamples:
    @pytest.mark.parametrize("spelling", [320193, "320193", "0000320193", "CIK0000320193", " 320193 "])
    def test_a_cik_has_one_value_however_it_is_spelled(self, spelling):
        assert Cik(spelling) == 320193
        assert Cik(spelling).padded == "0000320193"

    def test_an_accession_is_stored_with_dashes(self):
        accession = Accession("000032019324000123")
        assert accession == "0000320193-24-000123"
        assert accession.dashless == "000032019324000123"
        assert (accession.sender, accession.year) == (320193, 2024)

    def test_the_two_digit_year_turns_over_between_1993_and_2092(self):
        assert Accession("0000109446-94-000008").year == 1994
        assert Accession("0000109446-00-000008").year == 2000

    def test_failure_case_32_the_prefix_of_an_accession_is_its_sender_not_the_company(self):
        # Meta's 8-K of 2025-12-19 was sent by a filing agent, Workiva (CIK 1628280).
        assert Accession("0001628280-25-058337").sender == 1628280 != Cik(1326801)

    @pytest.mark.parametrize(
        ("spelling", "stored"), [("brk.b", "BRK-B"), ("BRK/B", "BRK-B"), (" aapl ", "AAPL"), ("T", "T")]
    )
    def test_a_ticker_is_upper_case_with_a_dash_before_the_class(self, spelling, stored):
        assert Ticker(spelling) == stored

    def test_share_classes_of_one_issuer_are_different_instruments(self):
        assert InstrumentId.mint(Cik(1652044), 1) == "0001652044-01" != InstrumentId.mint(Cik(1652044), 2)

    def test_failure_case_31_a_ticker_names_an_instrument_only_within_its_span(self):
        # FB named Meta until 2022-06-08; META named a fund before.
        span = TickerSpan(Ticker("FB"), InstrumentId.mint(Cik(1326801)), date(2012, 5, 18), date(2022, 6, 8))
        assert span.covers(date(2022, 6, 8))
        assert not span.covers(date(2022, 6, 9))
        assert not span.covers(date(2012, 5, 17))


class TestProperties:
    @given(st.integers(1, 9_999_999_999))
    def test_padding_a_cik_loses_nothing(self, number):
        assert Cik(Cik(number).padded) == number

    @given(st.from_regex(r"\A[0-9]{10}-[0-9]{2}-[0-9]{6}\Z", fullmatch=True).filter(str.isascii))
    def test_an_accession_survives_losing_its_dashes(self, text):
        assert Accession(Accession(text).dashless) == text

    @given(st.text(max_size=30))
    def test_any_text_is_a_valid_identifier_or_a_clear_error(self, text):
        for kind in (Cik, Accession, InstrumentId, Ticker):
            try:
                made = kind(text)
            except InvalidInput as error:
                assert repr(text) in str(error)  # noqa: PT017 - either branch is right
            else:
                assert kind(str(int(made)) if kind is Cik else str(made)) == made


class TestErrors:
    @pytest.mark.parametrize("wrong", ["", "0", "-5", "12345678901", "AAPL", "٣٢", "1.5"])
    def test_a_wrong_cik_is_refused(self, wrong):
        with pytest.raises(InvalidInput, match="is not a CIK"):
            Cik(wrong)

    @pytest.mark.parametrize("wrong", ["", "0000320193-24-00012", "320193-24-000123", "0000320193-24-000123.txt"])
    def test_a_wrong_accession_is_refused_with_the_right_shape(self, wrong):
        with pytest.raises(InvalidInput, match="0000320193-24-000123"):
            Accession(wrong)

    @pytest.mark.parametrize("wrong", ["", "TOOLONGTICKER", "A B", "../x", "$AAPL"])
    def test_a_wrong_ticker_is_refused(self, wrong):
        with pytest.raises(InvalidInput, match="is not a ticker"):
            Ticker(wrong)

    def test_a_span_that_ends_before_it_begins_is_refused(self):
        with pytest.raises(InvalidInput, match="Swap"):
            TickerSpan(Ticker("FB"), InstrumentId.mint(Cik(1)), date(2022, 1, 2), date(2022, 1, 1))
