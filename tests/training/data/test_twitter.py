import polars as pl
import pytest

from training.data.twitter import FILE, as_sentence, twitter


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "$BYND - JPMorgan reels in expectations on Beyond Meat https://t.co/bd0xbFGjkT",
            "JPMorgan reels in expectations on Beyond Meat",
        ),
        ("$CCL $RCL - Nomura points to bookings weakness", "Nomura points to bookings weakness"),
        ("$ESS: BTIG Research cuts to Neutral", "BTIG Research cuts to Neutral"),
        ("Shares of $AAPL fall 3% pic.twitter.com/abc @cnbc", "Shares of AAPL fall 3%"),
        ("RT @reuters: AT&amp;T cuts its dividend", "AT&T cuts its dividend"),
        ("Profit of $5 million at $BRK.B", "Profit of $5 million at BRK.B"),
        ("S&P 500 falls - again", "S&P 500 falls - again"),
    ],
)
def test_links_handles_and_leading_symbols_go_and_names_and_amounts_stay(message, sentence):
    assert as_sentence(message) == sentence


def test_short_messages_are_dropped_and_counted_and_a_symbol_is_a_group(tmp_path):
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    rows = [
        ("$ABC - sales rise by a tenth", "bullish"),
        ("$ABC falls", "bearish"),
        ("Nothing new in the market", "neutral"),
    ]
    pl.DataFrame(rows, schema=["text", "label_name"], orient="row").write_parquet(file)
    frame, counts = twitter(tmp_path)
    assert frame["label"].to_list() == [2, 1]
    assert frame["group"][0] == "twitter:ABC"
    assert counts == {"read": 3, "short": 1}
