"""Replays an archive: a folder or a zip laid out like a service's own URL space.

The file behind `https://www.sec.gov/files/company.idx` is `www.sec.gov/files/company.idx` below the root: the URL
without its scheme, percent-decoded. A URL with a query is looked up in an INDEX.tsv (`recorded`).
"""

from __future__ import annotations

from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from edgewise.core.errors import Hostile, InvalidInput, NotFound, Unparsable
from edgewise.sources.http.answer import DEFAULT_MAX_BYTES, Answer, Saved
from edgewise.sources.http.body import beginning
from edgewise.sources.http.draft import Draft, Version
from edgewise.sources.http.recorded import INDEX_NAME, chosen, parse_index, question_of
from edgewise.sources.http.shelf import FolderShelf, ZipShelf
from edgewise.sources.http.urls import parse_url
from edgewise.sources.http.verdict import PAGE_BYTES, error_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from edgewise.sources.http.answer import Tell
    from edgewise.sources.http.recorded import Question, Recorded
    from edgewise.sources.http.shelf import Shelf

SCHEME = "archive://"
_SCHEMES = ("https://", "http://")
_TYPES = {
    ".htm": "text/html",
    ".html": "text/html",
    ".xml": "text/xml",
    ".xsd": "text/xml",
    ".atom": "application/atom+xml",
    ".json": "application/json",
    ".txt": "text/plain",
    ".idx": "text/plain",
    ".tsv": "text/plain",
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
}


class Archive:
    """Answers URLs from an archive, as the service did when it was recorded. Shared by threads, sent to processes.

    url:     `archive://` and the path of a folder or a .zip file, taken literally: `archive:///data/sec.zip` is
             absolute, `archive://data/sec` relative to the working folder.
    session: which crawl answers URLs that were asked in several; None takes each URL's newest answer.
    Raises InvalidInput where there is neither.
    """

    def __init__(self, url: str, *, session: str | None = None) -> None:
        if not url.startswith(SCHEME) or url == SCHEME:
            raise InvalidInput(f"{url!r} is no archive", advice="Write archive:///folder or archive:///path/file.zip.")
        path = Path(url.removeprefix(SCHEME)).absolute()
        self.url = SCHEME + str(path)
        self._session = session
        self._shelf = _shelf_at(path)
        self._indexes: dict[str, dict[Question, list[Recorded]]] = {}

    def __reduce__(self) -> tuple[Callable[[str], Archive], tuple[str]]:
        return partial(type(self), session=self._session), (self.url,)

    def get(self, url: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Answer:
        """Return the recorded body; see `Fetcher.get`.

        Raises NotFound, naming the path that was looked for; Unparsable where a crawler has kept one of the service's
        error pages in the document's place, or the archive is damaged.
        """
        name = self._file_of(url)
        body = self._shelf.read(name, max_bytes)
        self._check(name, body)
        return Answer(url=url, body=body, content_type=_TYPES.get(Path(name).suffix.lower(), ""))

    def save(self, url: str, path: Path, *, max_bytes: int, on_bytes: Tell | None = None) -> Saved:
        """Write the recorded body to `path`; see `Fetcher.save`. Raises what `get` raises."""
        name = self._file_of(url)
        with Draft(path, url) as draft, closing(self._shelf.pieces(name, max_bytes)) as pieces:
            draft.begin(Version())
            head = beginning(pieces, PAGE_BYTES)
            self._check(name, head)
            for piece in chain([head], pieces):
                draft.write(piece)
                if on_bytes:
                    on_bytes(len(piece))
            draft.finish()
            return Saved(url=url, path=path, size=draft.held)

    def listing(self, prefix_url: str) -> Iterator[str]:
        """Yield the URL of every file that begins with `prefix_url`, sorted; see `Fetcher.listing`.

        `https://` alone lists everything. Recorded answers to queries stand under their file's own URL; files beside
        the hosts' folders, a README say, have none.
        """
        scheme = next((scheme for scheme in _SCHEMES if prefix_url.startswith(scheme)), None)
        if scheme is None:
            raise InvalidInput(f"{prefix_url!r} begins no URL", advice="Begin with https://.")
        return (scheme + name for name in self._shelf.names(prefix_url.removeprefix(scheme)) if "/" in name)

    def close(self) -> None:
        """Let open files go."""
        self._shelf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _file_of(self, url: str) -> str:
        """Return the name of the file that holds the answer to a URL."""
        parts = parse_url(url)
        return self._recorded(url) if parts.query else self._name_of(parts.netloc + parts.path)

    def _check(self, name: str, body: bytes) -> None:
        """Raise Unparsable for a body that is no document."""
        if page := error_page(body):
            raise Unparsable(
                f"{name} in {self.url} is {page.value}, not a document",
                advice="Record it anew.",
                reason="recorded_error",
            )

    def _recorded(self, url: str) -> str:
        """Return the name of the file that holds the answer to a URL with a query."""
        parts = parse_url(url)
        index = self._name_of(f"{parts.netloc}{parts.path}/{INDEX_NAME}")
        if index not in self._indexes:
            text = self._shelf.read(index, DEFAULT_MAX_BYTES).decode(errors="replace")
            self._indexes[index] = parse_index(text, origin=index)
        recorded = chosen(self._indexes[index].get(question_of(url), ()), self._session)
        if recorded is None:
            crawl = f" of session {self._session}" if self._session else ""
            raise NotFound(f"{index} in {self.url} has no answer{crawl} to {url}", advice="Check the query.")
        return recorded.name

    def _name_of(self, path: str) -> str:
        """Return the file name behind a URL without its scheme and query."""
        try:
            name = unquote(path, errors="strict")
        except UnicodeDecodeError as error:
            raise Hostile(f"{path!r} is not UTF-8 text", advice="Percent-encode names as UTF-8.") from error
        if not all(name.split("/")):
            raise NotFound(f"{name} names no file in {self.url}", advice="An archive holds files, not folder pages.")
        return name


def _shelf_at(path: Path) -> Shelf:
    if path.is_dir():
        return FolderShelf(path)
    if path.is_file():
        return ZipShelf(path)
    raise InvalidInput(f"there is no folder or zip file at {path}", advice="Check the archive:// URL.")
