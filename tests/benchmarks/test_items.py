"""The whole evaluation on a small folder, with a reader that knows the truth and one whose errors are planted."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace

import pytest
from benchmarks.evaluations import items, risks
from benchmarks.evaluations.answers import Answer, SaidHeading, ours
from benchmarks.evaluations.crowd import each
from benchmarks.evaluations.folder import open_folder
from benchmarks.evaluations.scoring import SaidItem

from edgewise.core.errors import InvalidInput

SOURCES = [f"www.sec.gov/Archives/edgar/data/{cik}/00000000012{cik}000001/a.txt" for cik in (1, 4)]
TEXT = (
    "Item 1. Business\nWe sell nuts.\nWe buy them first.\nItem 1A. Risk Factors\nMarket risks\nPrices may fall.\n"
    "They fell before.\nThe price of nuts.\nNuts may rot.\nThey rotted before.\nItem 7. Discussion\nSales rose."
)
SPANS = {"1": (0, TEXT.index("\nItem 1A")), "1A": (TEXT.index("Item 1A"), TEXT.index("\nItem 7"))}
SPANS["7"] = (TEXT.index("Item 7"), len(TEXT))
FACTORS = [("Prices may fall.", "They fell before.\nThe price of nuts."), ("Nuts may rot.", "They rotted before.")]


def true_item(source: str, item: str) -> dict:
    begin, end = SPANS[item]
    text = " ".join(TEXT[begin:end].split())
    part = "II" if item == "7" else "I"
    return {"source": source, "form": "10-K", "part": part, "item": item, "status": "ok",
            "accession": source.split("/")[-2],
            "first_80": text[:80], "last_80": text[-80:], "chars": len(text)}  # fmt: skip


def true_factor(source: str, n: int) -> dict:
    heading, body = FACTORS[n - 1]
    body = " ".join(body.split())
    return {"source": source, "form": "10-K", "cik": source.split("/")[-3], "accession": source.split("/")[-2], "n": n,
            "group": "Market risks", "heading": heading, "body_first_60": body[:60], "body_last_60": body[-60:],
            "body_chars": len(body)}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for source in SOURCES:
        (tmp_path / source).parent.mkdir(parents=True)
        (tmp_path / source).write_text(TEXT)
        name = f"{source.split('/')[-3]}_{source.split('/')[-2]}.json"
        absent = {"source": source, "form": "10-K", "part": "I", "item": "4", "status": "absent"}
        rows = [*(true_item(source, item) for item in SPANS), absent | {"accession": source.split("/")[-2]}]
        for kind, some in (("items", rows), ("risk_factors", [true_factor(source, n) for n in (1, 2)])):
            (tmp_path / kind).mkdir(exist_ok=True)
            (tmp_path / kind / name).write_text(json.dumps(some))
    (tmp_path / "www.sec.gov" / "no-truth.txt").write_text("x")
    return open_folder(tmp_path)


@pytest.fixture
def recorded(monkeypatch):
    found = {}
    for module in (items, risks):
        monkeypatch.setattr(
            module, "record", lambda room, name, **rest: found.update({f"{room}.{name}": rest["value"]})
        )
    return found


def true_reader(body, *, source, form, filed):
    del source, form, filed
    text = body.decode()
    said = [SaidItem("II" if item == "7" else "I", item, "ok", *span, confidence=0.95) for item, span in SPANS.items()]
    factors = []
    for ordinal, (heading, rest) in enumerate(FACTORS, 1):
        begin = text.index(heading)
        factors.append(SaidHeading(ordinal, "Market risks", heading, rest, begin, text.index(rest) + len(rest)))
    return Answer(text, items=[*said, SaidItem("I", "4", "absent", confidence=0.95)], factors=factors)


def erring_reader(body, *, source, form, filed):
    """Of the second company: Item 1 swallows 1A, silently; Item 7 begins late, suspect; there is an Item 2P."""
    right = true_reader(body, source=source, form=form, filed=filed)
    if source == SOURCES[0]:
        return right
    one, risk, seven, four = right.items
    swallowed = replace(one, end=SPANS["1A"][1])
    late = replace(seven, begin=TEXT.index("Sales"), status="suspect", reasons=("late",), confidence=0.35)
    invented = SaidItem("I", "2P", "ok", 0, 30)
    second = replace(right.factors[1], ordinal=1)
    return replace(right, items=[swallowed, risk, late, four, invented], factors=[second])


def raising_reader(body, *, source, form, filed):
    if source == SOURCES[1]:
        raise InvalidInput("no parse")
    return true_reader(body, source=source, form=form, filed=filed)


def test_who_knows_the_truth_is_right_in_every_figure(folder, recorded, capsys):
    items.evaluate(folder, true_reader, processes=1)
    assert recorded == {
        "text.items_core": 1,
        "text.items": 1,
        "text.items_exact": 1,
        "text.items_flagged": 1,
        "text.items_doubted": 0,
        "text.items_calibration": pytest.approx(0.05),
    }
    told = capsys.readouterr().out
    assert "2 documents judged" in told
    assert "1 documents of these forms without truth" in told
    assert "0 items of the truth are not in the text" in told


def test_planted_errors_are_all_found_and_listed(folder, recorded, capsys):
    items.evaluate(folder, erring_reader, wrong=True, processes=1)
    # Lines: of Item 1 3 of 3, then 3 of 10; of Item 1A all; of Item 7 2 of 2, then 1 of 2; of Item 2P none is true.
    f1 = {"1": 2 * 6 / (6 + 13), "1A": 1.0, "7": 2 * 3 / (4 + 3), "2P": 0.0}
    assert recorded["text.items_core"] == pytest.approx((f1["1"] + f1["1A"] + f1["7"]) / 3)
    assert recorded["text.items"] == pytest.approx(sum(f1.values()) / 4)
    assert recorded["text.items_exact"] == pytest.approx(4 / 6)
    assert recorded["text.items_flagged"] == pytest.approx(1 / 3)
    told = " ".join(capsys.readouterr().out.split())
    assert "3 wrong rows" in told
    assert re.search(r"late 1 0 ", told)
    assert re.search(r"! I 1 ok, said ok at 0.95; ends \+\d+ letters off", told)
    assert re.search(r"! I 2P not an item, said ok; shows \d+ letters", told)
    assert re.search(r"II 7 ok, said suspect at 0.35 \(late\); starts \+15 letters off, 'Sales rose'", told)


def test_a_reader_that_raises_is_wrong_about_that_document_and_stops_no_other(folder, recorded, capsys):
    documents = items.evaluate(folder, raising_reader, processes=1)
    assert [one.problem for one in documents] == ["", "reader failed: InvalidInput: no parse."]
    assert recorded["text.items_exact"] == 0.5
    assert "reader failed: InvalidInput" in capsys.readouterr().out


def test_a_truth_without_its_document_is_told_and_left_out(folder, recorded, capsys):
    (folder.documents / SOURCES[1]).unlink()
    items.evaluate(folder, true_reader, processes=1)
    assert recorded["text.items"] == 1
    assert "1 with truth, but missing" in capsys.readouterr().out


def test_several_processes_answer_in_order_and_get_all_that_judging_needs(folder):
    assert each(len, ["a", "bbb", "cc"], processes=2, what="letters") == [1, 3, 2]
    again, reader = pickle.loads(pickle.dumps((folder, ours)))
    assert (again, reader) == (folder, ours)


def test_risk_factors_are_right_where_they_begin_and_a_missed_one_costs_recall(folder, recorded, capsys):
    risks.evaluate(folder, true_reader, processes=1)
    assert recorded["text.risks"] == 1
    risks.evaluate(folder, erring_reader, wrong=True, processes=1)
    assert recorded["text.risks"] == pytest.approx(2 * 3 / (4 + 3))
    assert "missed 1: 'Prices may fall.'" in capsys.readouterr().out


@pytest.mark.parametrize("sources", [SOURCES, SOURCES[::-1]], ids=["the later one is cut wrong", "the earlier one is"])
def test_factors_are_matched_over_the_years_as_hand_checked_pairs_say(folder, recorded, sources):
    (folder.truth / "pairs").mkdir()
    rows = [{"old_n": n, "new_n": n, "status": "kept"} for n in (1, 2)]
    for source in sources:
        factors = json.dumps([true_factor(source, n) for n in (1, 2)])
        (folder.truth / "risk_factors" / f"4_{source.split('/')[-2]}.json").write_text(factors)
    old, new = (source.split("/")[-2] for source in sources)
    (folder.truth / "pairs" / f"4_{old}_{new}.json").write_text(json.dumps(rows))
    risks.evaluate(folder, true_reader, processes=1)
    assert recorded["text.risk_pairs"] == 1
    # It has the second factor only, as its first: one pair of two can be right.
    risks.evaluate(folder, erring_reader, processes=1)
    assert recorded["text.risk_pairs"] == 0.5
