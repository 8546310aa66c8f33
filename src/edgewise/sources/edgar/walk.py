"""Finding submissions by what stands in an archive: most of it is listed in no index that the archive holds.

A submission is a folder named after its accession, or a whole text (`.txt`, or `.nc` of the feed) beside the folders. A
page about a submission whose documents are not there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgewise.sources.edgar import urls
from edgewise.sources.edgar.discovered import Discovered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from edgewise.core.identifiers import Accession, Cik


def walked(addresses: Iterable[str]) -> Iterator[Discovered]:
    """Yield each submission among the files' addresses once, in accession order, wherever it stands how often.

    Where several registrants' folders hold it, the one with the whole text is its location, else the lowest CIK's.
    """
    places: dict[Accession, dict[Cik, str]] = {}
    whole: dict[Accession, Cik] = {}
    for address in addresses:
        found = urls.filing_at(address)
        if found is None:
            continue
        cik, accession = found
        in_folder = address.startswith(urls.folder(cik, accession))
        is_whole = address.endswith((f"/{accession}.txt", f"/{accession}.nc"))
        if in_folder:
            places.setdefault(accession, {})[cik] = urls.folder(cik, accession)
        elif is_whole:
            places.setdefault(accession, {}).setdefault(cik, address)
        if is_whole:
            whole.setdefault(accession, cik)
    for accession in sorted(places):
        ciks = tuple(sorted(places[accession]))
        cik = whole.get(accession, ciks[0])
        yield Discovered(accession=accession, cik=cik, ciks=ciks, location=places[accession][cik])
