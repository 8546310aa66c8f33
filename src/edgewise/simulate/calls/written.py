"""All calls of a market on disk: WRDS tables, plain files and the truth; one company's calls are in memory at once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from edgewise.simulate.calls import wrds
from edgewise.simulate.calls.calendar import company_calls, results_by_company
from edgewise.simulate.calls.plain import plain_path, plain_text
from edgewise.simulate.calls.spoken import Cast, heard, speak
from edgewise.simulate.tables import GrowingTable
from edgewise.simulate.truth import calls as truth

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.simulate.calls.calendar import Call
    from edgewise.simulate.company import Company
    from edgewise.simulate.plan import Plan
    from edgewise.simulate.schedule import Filing

_TEXTS_IN_MEMORY = 10_000


def write_calls(folder: Path, plan: Plan, companies: list[Company], filings: list[Filing]) -> None:
    """Write the market's calls below `folder`."""
    results = results_by_company(filings)
    (folder / "transcripts").mkdir()
    with ExitStack() as stack:
        tables = _Tables(folder, stack)
        for company in companies:
            tables.links(company)
            cast = Cast.of(plan, company, companies)
            for call in company_calls(plan, results.pop(company.index, [])):
                _write_call(tables, plan, call, cast, company)


def _write_call(tables: _Tables, plan: Plan, call: Call, cast: Cast, latest: Company) -> None:
    said = speak(plan, call, cast)
    for place, (copy, _) in enumerate(call.copies):
        components = heard(plan, call, copy, said)
        if place == 0:
            (tables.folder / plain_path(call)).write_bytes(plain_text(call, components).encode("ascii"))
        tables.detail.add([wrds.detail_row(call, place, components, latest)])
        tables.transcript.add([wrds.transcript_row(call, place)])
        persons, texts = zip(*wrds.component_rows(call, place, components), strict=True)
        tables.person.add(persons)
        tables.component.add(texts)
    tables.calls.add([truth.call_row(call, said)])
    tables.topics.add(truth.topic_rows(call, said))
    tables.themes.add(truth.theme_rows(call, said))


class _Tables:
    """The tables that grow with the calls; they are closed with the stack."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        def table(path: str, schema: wrds.Schema, rows: int = 50_000) -> GrowingTable:
            made = GrowingTable(folder / path, schema, rows_per_part=rows)
            stack.callback(made.close)
            return made

        self.folder = folder
        self.detail = table("wrds/wrds_transcript_detail.parquet", wrds.DETAIL)
        self.person = table("wrds/wrds_transcript_person.parquet", wrds.PERSON)
        self.component = table("wrds/ciqtranscriptcomponent.parquet", wrds.COMPONENT, _TEXTS_IN_MEMORY)
        self.transcript = table("wrds/ciqtranscript.parquet", wrds.TRANSCRIPT)
        self._gvkeys = table("wrds/wrds_gvkey.parquet", wrds.GVKEYS)
        self._links = table("wrds/ccmxpf_lnkhist.parquet", wrds.LINKS)
        self._names = table("wrds/names.parquet", wrds.NAMES)
        self.calls = table("truth/calls.parquet", truth.CALLS)
        self.topics = table("truth/call_topics.parquet", truth.TOPICS)
        self.themes = table("truth/themes.parquet", truth.THEME_STRENGTHS)

    def links(self, company: Company) -> None:
        """Note which other numbers a company has."""
        self._gvkeys.add(wrds.gvkey_rows(company))
        self._links.add(wrds.link_rows(company))
        self._names.add(wrds.name_rows(company))
