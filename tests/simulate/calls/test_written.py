import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgewise.simulate.calls.subjects import THEMES
from edgewise.simulate.calls.written import write_calls

# As printed in a real WRDS session; see the schema page of the market data.
DETAIL = (
    "companyid keydevid transcriptid headline mostimportantdateutc mostimportanttimeutc keydeveventtypeid "
    "keydeveventtypename companyname transcriptcollectiontypeid transcriptcollectiontypename "
    "transcriptpresentationtypeid transcriptpresentationtypename transcriptcreationdate_utc "
    "transcriptcreationtime_utc audiolengthsec"
)
PERSON = (
    "transcriptid transcriptcomponentid componentorder transcriptcomponenttypeid transcriptcomponenttypename "
    "transcriptpersonid transcriptpersonname proid companyofperson speakertypeid speakertypename "
    "componenttextpreview word_count"
)
COMPONENT = (
    "transcriptcomponentid transcriptid componentorder transcriptcomponenttypeid transcriptpersonid componenttext"
)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("wrds_transcript_detail", DETAIL),
        ("wrds_transcript_person", PERSON),
        ("ciqtranscriptcomponent", COMPONENT),
        (
            "ciqtranscript",
            "transcriptid keydevid transcriptcollectiontypeid transcriptpresentationtypeid transcriptcreationdateutc",
        ),
        ("wrds_gvkey", "companyid gvkey startdate enddate companyname"),
        ("ccmxpf_lnkhist", "gvkey linkprim liid linktype lpermno lpermco linkdt linkenddt"),
        ("names", "gvkey conm tic cusip cik sic naics"),
    ],
)
def test_tables_have_the_columns_of_wrds(table, name, columns):
    assert table(f"wrds/{name}").columns == columns.split()


def test_numbers_are_floats_and_gvkeys_padded_texts_as_at_wrds(table):
    detail = table("wrds/wrds_transcript_detail")
    assert {detail.schema[name] for name in ("companyid", "keydevid", "transcriptid")} == {pl.Float64}
    assert set(detail["keydeveventtypeid"]) == {48.0}
    assert table("wrds/wrds_gvkey")["gvkey"].str.len_bytes().unique().to_list() == [6]


def test_a_call_has_several_copies_each_later_and_with_a_greater_number(table, market):
    detail = table("wrds/wrds_transcript_detail").with_columns(
        made=pl.col("transcriptcreationdate_utc").dt.combine(pl.col("transcriptcreationtime_utc")),
        held=pl.col("mostimportantdateutc").dt.combine(pl.col("mostimportanttimeutc")),
    )
    assert detail["keydevid"].n_unique() == len(market.calls)
    assert detail.height == detail["transcriptid"].n_unique() == sum(len(call.copies) for call in market.calls)
    assert detail.height > 2 * len(market.calls)
    assert (detail["made"] > detail["held"]).all()
    by_number = detail.sort("keydevid", "transcriptid")
    assert by_number.equals(detail.sort("keydevid", "made"))


def test_every_copy_joins_to_its_components_once(table):
    persons, texts = table("wrds/wrds_transcript_person"), table("wrds/ciqtranscriptcomponent")
    joined = persons.join(texts, on="transcriptcomponentid", how="full", suffix="_of_text")
    assert joined.height == persons.height == texts.height
    assert joined.null_count()["componenttext"].item() == 0
    assert (joined["componentorder"] == joined["componentorder_of_text"]).all()
    assert set(persons["transcriptid"]) == set(table("wrds/wrds_transcript_detail")["transcriptid"])
    assert persons.group_by("transcriptid").agg(pl.col("componentorder").min())["componentorder"].max() == 0


def test_failure_case_36_speakers_without_a_name_operators_and_calls_without_questions(table):
    persons = table("wrds/wrds_transcript_person")
    operators = persons.filter(speakertypeid=1)
    assert set(operators["transcriptpersonid"]) == {1.0}
    unknown = persons.filter(pl.col("transcriptpersonname").str.starts_with("Unknown"))
    assert {"Unknown Analyst", "Unknown Executive"} == set(unknown["transcriptpersonname"])
    assert unknown["proid"].is_null().all()
    assert persons["companyofperson"].is_null().mean() > 0.9
    asked = persons.group_by("transcriptid").agg((pl.col("transcriptcomponenttypeid") == 3).any())
    assert 0.02 < 1 - asked["transcriptcomponenttypeid"].mean() < 0.2
    only = persons.group_by("transcriptid").agg((pl.col("speakertypeid") == 1).all())
    assert only["speakertypeid"].any()


def test_early_copies_have_more_that_was_not_understood(table):
    texts = table("wrds/ciqtranscriptcomponent").join(
        table("wrds/ciqtranscript").select("transcriptid", "transcriptcollectiontypeid"), on="transcriptid"
    )
    faults = (
        texts.group_by("transcriptcollectiontypeid")
        .agg(pl.col("componenttext").str.contains("indiscernible", literal=True).mean())
        .sort("transcriptcollectiontypeid")
    )
    share = dict(faults.iter_rows())
    assert share[7] > share[2] > share[1] == share[8] == 0


def test_company_names_are_todays_which_leaks_later_names(table, market):
    names = {company.index: company.name for company in market.companies}
    detail = table("wrds/wrds_transcript_detail")
    renamed = [call for call in market.calls if call.company.name != names[call.company.index]]
    assert renamed
    for call in renamed:
        assert set(detail.filter(keydevid=float(call.call_id))["companyname"]) == {names[call.company.index]}


def test_links_have_dates_gaps_second_classes_and_successors(table, market):
    links, gvkeys = table("wrds/ccmxpf_lnkhist"), table("wrds/wrds_gvkey")
    linked = links.filter(pl.col("linktype").is_in(["LU", "LC"]))
    assert linked["lpermno"].null_count() == 0
    assert links.filter(linktype="NR")["lpermno"].is_null().all()
    assert links.filter(linktype="NR").height > 3
    assert set(links["linkprim"]) == {"P", "J"}
    ended = [company for company in market.companies if company.life.ending]
    for company in ended:
        own = links.filter(lpermco=float(970_001 + company.index))
        assert own["linkenddt"].max() == company.life.ending.last_session
    # No permno has two links on one day.
    ordered = linked.sort("lpermno", "linkdt")
    after = ordered.with_columns(following=pl.col("linkdt").shift(-1).over("lpermno")).drop_nulls("following")
    assert (after["linkenddt"] < after["following"]).all()
    successors = [company for company in market.companies if len(company.life.ciks) > 1]
    for company in successors:
        own = gvkeys.filter(companyid=float(990_000_001 + company.index)).sort("startdate", nulls_last=False)
        assert own.height == 2
        assert own["startdate"].to_list() == [None, company.life.ciks[1][0]]


def test_the_plain_file_is_the_first_copy_and_says_when_it_could_be_read(table, market):
    truth = table("truth/calls")
    assert len(list((market.folder / "transcripts").iterdir())) == truth.height
    texts = table("wrds/ciqtranscriptcomponent")
    for row in truth.head(40).iter_rows(named=True):
        content = json.loads((market.folder / row["path"]).read_text())
        assert content["published_at"] == f"{row['known_at']:%Y-%m-%dT%H:%M:%SZ}"
        first = texts.filter(transcriptid=float(row["call_id"] * 10)).sort("componentorder")
        assert [one["text"] for one in content["components"]] == first["componenttext"].to_list()
        assert row["path"] == f"transcripts/{content['ticker']}_{Path(row['path']).stem.partition('_')[2]}.json"


def test_the_sentences_of_a_topic_are_in_the_component_that_the_truth_names(table):
    persons = table("wrds/ciqtranscriptcomponent").filter(pl.col("transcriptid") % 10 == 0)
    said = persons.with_columns(call_id=(pl.col("transcriptid") / 10).cast(pl.Int64)).select(
        "call_id", pl.col("componentorder").alias("component_order"), "componenttext"
    )
    topics = table("truth/call_topics").join(said, on=["call_id", "component_order"], validate="m:1")
    words = {
        "tariffs": "(?i)tariff|customs",
        "cloud migration": "cloud",
        "energy transition": "(?i)grid|electrif|solar|clean",
    }
    for theme, pattern in words.items():
        spoken = topics.filter(topic=theme)["componenttext"]
        silent = said.join(topics.filter(topic=theme), on=["call_id", "component_order"], how="anti")["componenttext"]
        assert spoken.str.contains(pattern).mean() > 0.97
        assert silent.str.contains(pattern).mean() < 0.02


def test_what_a_theme_means_to_a_firm_shows_in_how_much_is_said_of_it(table):
    themes = table("truth/themes")
    assert set(themes["theme"]) == {theme.name for theme in THEMES}
    assert np.corrcoef(themes["strength"], themes["sentences"])[0, 1] > 0.8
    assert (themes.filter(pl.col("strength") == 0)["sentences"] == 0).all()


def test_the_same_market_gives_the_same_bytes(market, tmp_path):
    for name in ("truth", "wrds"):
        (tmp_path / name).mkdir()
    write_calls(tmp_path, market.plan, market.companies, market.filings)
    ours = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    theirs = {path.relative_to(market.folder): path.read_bytes() for path in market.folder.rglob("*") if path.is_file()}
    assert ours == theirs
