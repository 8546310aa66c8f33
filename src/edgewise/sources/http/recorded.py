"""INDEX.tsv: which files hold the recorded answers to URLs with a query.

A path can be a file name, a query cannot. So beside the answers of a script, in the folder named after it, stands an
INDEX.tsv of UTF-8 text with a header line and tabs: `www.sec.gov/cgi-bin/browse-edgar/INDEX.tsv`. Columns:

    url           the whole URL that was asked (required)
    path          the file with the answer, from the root of the archive (required)
    session       name of the crawl it belongs to, for archives that hold several
    feed_updated  ISO 8601 instant of the answer, with its zone; null where empty

Other columns are ignored. The same URL may stand in several sessions; the order of its parameters does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from edgewise.core.errors import Unparsable
from edgewise.sources.http.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

INDEX_NAME = "INDEX.tsv"
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

Question = tuple[str, str, tuple[tuple[str, str], ...]]
"""What a URL asks: host, path and the sorted parameters."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer. `answered_at` is the UTC instant the answer gives itself, None where the index has none."""

    session: str
    name: str
    answered_at: datetime | None = None


def question_of(url: str) -> Question:
    """Return what `url` asks. Two spellings of one question are equal. Raises InvalidInput for what is no URL.

    >>> question_of("https://www.sec.gov/cgi-bin/x?b=&a=1") == question_of("http://www.sec.gov/cgi-bin/x?a=1&b=")
    True
    """
    parts = parse_url(url)
    return parts.netloc, parts.path, tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))


def parse_index(text: str, *, origin: str) -> dict[Question, list[Recorded]]:
    """Return all recordings of each question, in the order of the index.

    origin: where the text is from, for messages.
    Raises Unparsable, naming the line, for a missing column, a short row, a bad URL or a bad instant.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    columns = lines[0].split("\t") if lines else []
    if missing := {"url", "path"} - set(columns):
        raise Unparsable(f"{origin} has no column {' and '.join(sorted(missing))}", advice="Its first line names them.")
    recordings: dict[Question, list[Recorded]] = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        try:
            row = dict(zip(columns, cells, strict=True))
            recorded = Recorded(row.get("session", ""), row["path"], _instant(row.get("feed_updated", "")))
            recordings.setdefault(question_of(row["url"]), []).append(recorded)
        except ValueError as error:
            raise Unparsable(f"line {number} of {origin} cannot be read: {error}", advice="Correct it.") from error
    return recordings


def chosen(recordings: Iterable[Recorded], session: str | None) -> Recorded | None:
    """Return the recording of `session`, or of any session if None; among several the newest, then the last one.

    None where there is none.
    """
    wanted = [recorded for recorded in recordings if session is None or recorded.session == session]
    return max(reversed(wanted), key=lambda recorded: recorded.answered_at or _BEFORE_ALL, default=None)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return instant.astimezone(UTC)
