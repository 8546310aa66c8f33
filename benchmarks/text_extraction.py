"""Visible text of annual reports: megabytes a second, and seconds for one large report, beside a plain lxml pass.

The peer does the same work with another parser: lxml.html, hidden elements removed, `text_content()`. It gives no
lines, cells or status. Both read the largest HTML documents of the real archive, one after the other, in this process.
"""

from __future__ import annotations

import re
import statistics
import time
import zipfile
from typing import TYPE_CHECKING

import lxml.html
from harness import real_archive, record

from edgewise.text.tone import LexiconTone
from edgewise.text.visible_text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENTS = 20
ROUNDS = 3
MB = 1_000_000
BAR_MB_PER_S = 25.0
BAR_SECONDS = 0.15
HIDDEN_TAGS = {"script", "style", "title", "head", "ix:header"}
DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def largest_documents() -> list[bytes]:
    """Return the largest HTML documents of the archive, largest first."""
    with zipfile.ZipFile(real_archive()) as archive:
        pages = [entry for entry in archive.infolist() if entry.filename.endswith(".htm")]
        pages.sort(key=lambda entry: (-entry.file_size, entry.filename))
        return [archive.read(entry) for entry in pages[:DOCUMENTS]]


def by_lxml(body: bytes) -> str:
    """Return the visible text as lxml gives it."""
    root = lxml.html.document_fromstring(body, parser=lxml.html.HTMLParser(huge_tree=True))
    unseen = [node for node in root.iter() if not isinstance(node.tag, str) or _is_hidden(node)]
    for node in unseen:
        if node.getparent() is not None:
            node.drop_tree()
    return str(root.text_content())


def _is_hidden(node: lxml.html.HtmlElement) -> bool:
    return node.tag in HIDDEN_TAGS or DISPLAY_NONE.search(node.get("style", "")) is not None


def seconds(work: Callable[[], object]) -> float:
    """Return the median wall time of `work`."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Measure and record."""
    bodies = largest_documents()
    megabytes = sum(map(len, bodies)) / MB
    texts = [read_text(body).text for body in bodies]
    ours = seconds(lambda: [read_text(body) for body in bodies])
    peer = seconds(lambda: [by_lxml(body) for body in bodies])
    tone = seconds(lambda: LexiconTone().score(texts))
    one = seconds(lambda: read_text(bodies[0]))
    one_peer = seconds(lambda: by_lxml(bodies[0]))
    record(
        "text",
        "extraction",
        value=megabytes / ours,
        unit="MB of HTML a second",
        bar=BAR_MB_PER_S,
        higher_is_better=True,
        peer="lxml.html text_content, hidden removed",
        peer_value=megabytes / peer,
        details={"documents": len(bodies), "megabytes": megabytes, "tone_seconds_per_extraction_second": tone / ours},
    )
    record(
        "text",
        "extraction_one_report",
        value=one,
        unit="seconds for the largest report",
        bar=BAR_SECONDS,
        higher_is_better=False,
        peer="lxml.html text_content, hidden removed",
        peer_value=one_peer,
        details={"megabytes": len(bodies[0]) / MB},
    )


if __name__ == "__main__":
    main()
