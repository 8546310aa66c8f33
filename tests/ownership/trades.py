"""Lines of insiders' forms made by hand, and forms as XML."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from edgewise.core.tables_insiders import INSIDER_TRADES

if TYPE_CHECKING:
    import polars as pl

HEAD = {
    "form": "4",
    "issuer_cik": 7,
    "owner_ciks": [70],
    "owners": ["OWNER"],
    "roles": ["director"],
    "titles": [""],
    "director": True,
    "officer": False,
    "ten_percent": False,
    "kind": "transaction",
    "derivative": False,
    "security": "Common Stock",
    "code": "P",
    "acquired": True,
    "direct": True,
    "plan_noted": False,
    "status": "ok",
    "source_url": "made by hand",
    "reader_version": "test",
    "known_at_source": "header",
}


def instant(day: int, hour: int = 22, month: int = 3) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=UTC)


def line(accession: str, number: int = 1, **told) -> dict[str, object]:
    """A purchase on 4 March 2024 of 100 shares at 10 USD, filed the day after, except for what is told."""
    row = HEAD | {
        "accession": accession,
        "line": number,
        "transaction_date": date(2024, 3, 4),
        "shares": 100.0,
        "price": 10.0,
        "filed_date": date(2024, 3, 5),
        "known_at": instant(5),
    }
    row |= told
    if "value" not in told and row["shares"] is not None and row["price"] is not None:
        row["value"] = row["shares"] * row["price"]
    return row


def sale(accession: str, number: int = 1, **told) -> dict[str, object]:
    return line(accession, number, code="S", acquired=False, **told)


def amendment(accession: str, number: int = 1, **told) -> dict[str, object]:
    """The same line in a 4/A of 12 March that names the filing day of the original."""
    filed = {"filed_date": date(2024, 3, 12), "original_filed_date": date(2024, 3, 5), "known_at": instant(12)}
    return line(accession, number, **({"form": "4/A"} | filed | told))


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return INSIDER_TRADES.frame(list(rows))


TRANSACTION = """<nonDerivativeTransaction>
<securityTitle><value>Common Stock</value></securityTitle>
<transactionDate><value>{day}</value></transactionDate>
{coding}
<transactionAmounts>
<transactionShares><value>{shares}</value></transactionShares>
<transactionPricePerShare>{price}</transactionPricePerShare>
<transactionAcquiredDisposedCode><value>{direction}</value></transactionAcquiredDisposedCode>
</transactionAmounts>
<postTransactionAmounts><sharesOwnedFollowingTransaction><value>{after}</value></sharesOwnedFollowingTransaction>
</postTransactionAmounts>
<ownershipNature><directOrIndirectOwnership><value>{held}</value></directOrIndirectOwnership>
<natureOfOwnership><value>{nature}</value></natureOfOwnership></ownershipNature>
</nonDerivativeTransaction>"""


def transaction(code: str = "P", **told: object) -> str:
    coding = (
        f"<transactionCoding><transactionFormType>4</transactionFormType><transactionCode>{code}</transactionCode>"
        "<equitySwapInvolved>0</equitySwapInvolved></transactionCoding>"
    )
    price = "<value>10.5</value>"
    usual = {"day": "2024-03-04", "shares": 100, "price": price, "direction": "A", "after": 500, "held": "D"}
    return TRANSACTION.format(**(usual | {"nature": "", "coding": coding if code else ""} | told))


OPTION = """<derivativeTransaction><securityTitle><value>Stock Option</value></securityTitle>
<conversionOrExercisePrice><value>4.25</value></conversionOrExercisePrice>
<transactionDate><value>2024-03-04</value></transactionDate>
<transactionCoding><transactionFormType>4</transactionFormType><transactionCode>M</transactionCode>
<equitySwapInvolved>false</equitySwapInvolved></transactionCoding>
<transactionAmounts><transactionShares><value>40</value></transactionShares>
<transactionPricePerShare><footnoteId id="F1"/></transactionPricePerShare>
<transactionAcquiredDisposedCode><value>D</value></transactionAcquiredDisposedCode></transactionAmounts>
<exerciseDate><footnoteId id="F1"/></exerciseDate><expirationDate><value>2030-01-31</value></expirationDate>
<underlyingSecurity><underlyingSecurityTitle><value>Common Stock</value></underlyingSecurityTitle>
<underlyingSecurityShares><value>40</value></underlyingSecurityShares></underlyingSecurity>
<postTransactionAmounts><sharesOwnedFollowingTransaction><value>0</value></sharesOwnedFollowingTransaction>
</postTransactionAmounts>
<ownershipNature><directOrIndirectOwnership><value>D</value></directOrIndirectOwnership></ownershipNature>
</derivativeTransaction>"""
HOLDING = """<nonDerivativeHolding><securityTitle><value>Common Stock</value></securityTitle>
<postTransactionAmounts><sharesOwnedFollowingTransaction><value>900</value></sharesOwnedFollowingTransaction>
</postTransactionAmounts><ownershipNature><directOrIndirectOwnership><value>I</value></directOrIndirectOwnership>
<natureOfOwnership><value>By trust</value></natureOfOwnership></ownershipNature></nonDerivativeHolding>"""
OWNER = """<reportingOwner><reportingOwnerId><rptOwnerCik>{cik}</rptOwnerCik><rptOwnerName>{name}</rptOwnerName>
</reportingOwnerId><reportingOwnerRelationship>{roles}</reportingOwnerRelationship></reportingOwner>"""


def owner(cik: int, name: str, roles: str) -> str:
    return OWNER.format(cik=f"{cik:010d}", name=name, roles=roles)


def form(
    *lines: str, options: str = "", owners: str = "", kind: str = "4", more: str = "", note: str = "A note."
) -> bytes:
    """A form of issuer 7, of one officer unless owners are told."""
    who = owners or owner(70, "DOE JANE", "<isOfficer>true</isOfficer><officerTitle>CFO</officerTitle>")
    tables = f"<nonDerivativeTable>{''.join(lines)}</nonDerivativeTable>" if lines else ""
    tables += f"<derivativeTable>{options}</derivativeTable>" if options else ""
    return (
        f'<?xml version="1.0"?>\n<ownershipDocument><documentType>{kind}</documentType>'
        f"<periodOfReport>2024-03-04</periodOfReport>{more}"
        "<issuer><issuerCik>0000000007</issuerCik><issuerName>SEVEN INC</issuerName>"
        f"<issuerTradingSymbol>SVN</issuerTradingSymbol></issuer>{who}{tables}"
        f'<footnotes><footnote id="F1">{note}</footnote></footnotes></ownershipDocument>'
    ).encode()
