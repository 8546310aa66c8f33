from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewise.sources.edgar.cover_words import cover_text, parse_date, read_words

ANNUAL = "ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934"


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("FORM 10-K\n For the fiscal year ended June 30, 2001", "10-K"),
        ("Form 10\u2011K405", "10-K405"),
        ("FORM 10 - KSB", "10-KSB"),
        ("FORM\u00a08\u2014K", "8-K"),
        ("FORM 8-K/A", "8-K/A"),
        ("FORM 10-K/A (Amendment No. 2)", "10-K/A"),
        ("Form 10-K Amendment No. 1", "10-K/A"),
        ("FORM 10-K (Amendment No. __)", "10-K"),
        ("FORM 4 STATEMENT OF CHANGES", "4"),
        ("SCHEDULE 13G/A", "SC 13G/A"),
        (ANNUAL, "10-K"),
        ("Quarterly report pursuant to section 13 or 15(d)", "10-Q"),
        ("CURRENT REPORT Pursuant to Section 13", "8-K"),
        ("a letter about nothing", None),
        ("", None),
    ],
)
def test_the_form_is_the_one_the_cover_names(words, form):
    assert read_words(words.encode()).form == form
    assert read_words(f"<html><body><p>{words}</p></body></html>".encode()).form == form


def test_the_first_form_named_is_the_cover_s():
    assert read_words(b"FORM 8-K ... refers to our Form 10-K for 2001").form == "8-K"


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("FORM 10-K For the fiscal year ended: September 30, 1994", date(1994, 9, 30)),
        ("FORM 10-Q For the quarterly period ended March 28,1997", date(1997, 3, 28)),
        ("FORM 8-K Date of Report (Date of earliest event reported): March 22, 2004", date(2004, 3, 22)),
        ("FORM 8-K March 22, 2004 Date of Report (Date of earliest event reported)", date(2004, 3, 22)),
        ("FORM 8-K Date of Report (Date of earliest event reported) 3/22/2004", date(2004, 3, 22)),
        ("FORM 8-K Date of Report: October 3, 2000 (September 21, 2000)", date(2000, 9, 21)),
        ("FORM 8-K results for the quarter ended June 30, 2004", None),
        ("FORM 10-K For the fiscal year ended February 30, 1994", None),
        ("SCHEDULE 13G year ended December 31, 2001", None),
    ],
)
def test_the_period_is_the_event_or_the_end_of_the_period(words, day):
    assert read_words(words.encode()).period_end == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("September 28, 2024", date(2024, 9, 28)),
        ("Sept. 28 , 2024", date(2024, 9, 28)),
        ("dec 31 2024", date(2024, 12, 31)),
        ("28 September 2024", date(2024, 9, 28)),
        ("2024-09-28-05:00", date(2024, 9, 28)),
        ("09-28-2024", date(2024, 9, 28)),
        ("9/28/2024", date(2024, 9, 28)),
        ("--09-28", None),
        ("13/45/2024", None),
        ("", None),
    ],
)
def test_dates_are_read_in_the_spellings_that_covers_use(text, day):
    assert parse_date(text) == day


def test_failure_case_16_words_after_a_comment_that_never_ends_are_read():
    assert read_words(b"<html><!-- closed --><body><!-- not closed <p>FORM 10-K</p>").form == "10-K"


def test_styles_and_comments_are_no_words():
    assert cover_text(b"<html><style>p {FORM 4}</style><!-- FORM 3 --><p>FORM&nbsp;8-K</p></html>") == "FORM 8-K"


@given(st.binary(max_size=400))
def test_any_bytes_have_a_cover_and_words_name_no_registrant(body):
    cover = read_words(body)
    assert (cover.parties, cover.securities) == ((), ())


@pytest.mark.parametrize("junk", [b"<", b"<!--", b"date of report ", b"FORM ", b"year ended "])
def test_failure_case_43_endless_repetition_is_read_all_the_same(junk):
    assert read_words(junk * 100_000).period_end is None
