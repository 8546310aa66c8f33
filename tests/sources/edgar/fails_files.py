"""Files of fails to deliver, written as the SEC writes them."""

from __future__ import annotations

import io
import zipfile

HEAD = "SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE"
APPLE, NVIDIA, BERKSHIRE, TRUST = "037833100", "67066G104", "084670702", "B9151N105"


def row(day: str, cusip: str, symbol: str, quantity: object = 10, rest: str = "A COMPANY|1.50") -> str:
    return f"{day}|{cusip}|{symbol}|{quantity}|{rest}"


def text(*rows: str, count: object = None, shares: object = None, newline: str = "\n") -> str:
    told = [line.split("|") for line in rows]
    quantities = [int(fields[3]) for fields in told if len(fields) > 3 and fields[3].isdecimal()]
    ends = [
        f"Trailer record count {len(rows) if count is None else count}",
        f"Trailer total quantity of shares {sum(quantities) if shares is None else shares}",
    ]
    return newline.join([HEAD, *rows, *ends, ""])


def zipped(body: str | bytes, name: str = "cnsfails202403a.txt", **others: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(name, body.encode("latin-1") if isinstance(body, str) else body)
        for other, content in others.items():
            bundle.writestr(other, content)
    return packed.getvalue()


def file(*rows: str, **told: object) -> bytes:
    return zipped(text(*rows, **told))
