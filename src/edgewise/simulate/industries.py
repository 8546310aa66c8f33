"""The eleven sectors and, in each, real SIC codes with the words an invented company of that industry speaks with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Industry:
    """One SIC code.

    title:    as the SEC prints it, upper case in submission headers.
    office:   the SEC office that reviews it ("06 Technology").
    trade:    words for the company's name.
    segments: what the company reports on; lower case, singular.
    products: what it sells; lower case, plural.
    """

    sector: str
    sic: int
    title: str
    office: str
    trade: tuple[str, ...]
    segments: tuple[str, ...]
    products: tuple[str, ...]


INDUSTRIES: tuple[Industry, ...] = (
    Industry(
        "Energy",
        1311,
        "Crude Petroleum & Natural Gas",
        "01 Energy & Transportation",
        ("Petroleum", "Exploration"),
        ("upstream segment", "basin development program", "gathering segment"),
        ("crude oil volumes", "natural gas volumes", "natural gas liquids"),
    ),
    Industry(
        "Energy",
        2911,
        "Petroleum Refining",
        "01 Energy & Transportation",
        ("Refining", "Fuels"),
        ("refining segment", "marketing segment", "renewable fuels segment"),
        ("refined products", "distillate fuels", "asphalt products"),
    ),
    Industry(
        "Materials",
        2800,
        "Chemicals & Allied Products",
        "08 Industrial Applications and Services",
        ("Chemical", "Specialty Materials"),
        ("specialty chemicals segment", "coatings segment", "intermediates segment"),
        ("additives", "resins", "industrial coatings"),
    ),
    Industry(
        "Materials",
        3310,
        "Steel Works, Blast Furnaces & Rolling & Finishing Mills",
        "04 Manufacturing",
        ("Steel", "Metals"),
        ("flat-rolled segment", "tubular segment", "long products segment"),
        ("plate products", "hot-rolled coils", "merchant bars"),
    ),
    Industry(
        "Industrials",
        3530,
        "Construction, Mining & Materials Handling Machinery & Equip",
        "06 Technology",
        ("Machinery", "Equipment"),
        ("lifting segment", "aftermarket segment", "earthmoving segment"),
        ("cranes", "conveyor systems", "replacement parts"),
    ),
    Industry(
        "Industrials",
        4512,
        "Air Transportation, Scheduled",
        "01 Energy & Transportation",
        ("Airways", "Air Lines"),
        ("passenger segment", "regional segment", "cargo segment"),
        ("scheduled flights", "cargo services", "premium seats"),
    ),
    Industry(
        "Consumer Discretionary",
        5651,
        "Retail-Family Clothing Stores",
        "07 Trade & Services",
        ("Apparel", "Outfitters"),
        ("stores segment", "online segment", "outlet segment"),
        ("outerwear", "seasonal collections", "footwear"),
    ),
    Industry(
        "Consumer Discretionary",
        3711,
        "Motor Vehicles & Passenger Car Bodies",
        "04 Manufacturing",
        ("Motors", "Vehicle"),
        ("passenger vehicle segment", "commercial vehicle segment", "parts segment"),
        ("electric vehicles", "light trucks", "vehicle bodies"),
    ),
    Industry(
        "Consumer Staples",
        2086,
        "Bottled & Canned Soft Drinks & Carbonated Waters",
        "04 Manufacturing",
        ("Beverage", "Bottling"),
        ("sparkling segment", "still beverages segment", "bottling segment"),
        ("soft drinks", "flavored waters", "concentrates"),
    ),
    Industry(
        "Consumer Staples",
        5411,
        "Retail-Grocery Stores",
        "07 Trade & Services",
        ("Markets", "Grocers"),
        ("supermarket segment", "pharmacy segment", "convenience segment"),
        ("fresh produce", "private label goods", "prepared meals"),
    ),
    Industry(
        "Health Care",
        2834,
        "Pharmaceutical Preparations",
        "03 Life Sciences",
        ("Pharma", "Therapeutics"),
        ("specialty care segment", "generics segment", "vaccines segment"),
        ("oral therapies", "injectable medicines", "biosimilar products"),
    ),
    Industry(
        "Health Care",
        3841,
        "Surgical & Medical Instruments & Apparatus",
        "08 Industrial Applications and Services",
        ("Surgical", "Medical Devices"),
        ("surgical segment", "diagnostics segment", "monitoring segment"),
        ("catheters", "imaging systems", "single-use instruments"),
    ),
    Industry(
        "Financials",
        6021,
        "National Commercial Banks",
        "02 Finance",
        ("Bancorp", "Bancshares"),
        ("commercial banking segment", "consumer banking segment", "wealth segment"),
        ("commercial loans", "deposit products", "mortgage loans"),
    ),
    Industry(
        "Financials",
        6311,
        "Life Insurance",
        "02 Finance",
        ("Life", "Assurance"),
        ("annuity segment", "individual life segment", "group benefits segment"),
        ("term policies", "fixed annuities", "group policies"),
    ),
    Industry(
        "Information Technology",
        7372,
        "Services-Prepackaged Software",
        "06 Technology",
        ("Software", "Systems"),
        ("cloud segment", "license segment", "support segment"),
        ("subscriptions", "analytics modules", "security products"),
    ),
    Industry(
        "Information Technology",
        3674,
        "Semiconductors & Related Devices",
        "04 Manufacturing",
        ("Semiconductor", "Devices"),
        ("data center segment", "automotive segment", "analog segment"),
        ("power devices", "memory controllers", "mixed-signal chips"),
    ),
    Industry(
        "Communication Services",
        4813,
        "Telephone Communications (No Radiotelephone)",
        "06 Technology",
        ("Telecom", "Fiber"),
        ("business segment", "residential segment", "wholesale segment"),
        ("broadband lines", "voice services", "fiber connections"),
    ),
    Industry(
        "Communication Services",
        4841,
        "Cable & Other Pay Television Services",
        "06 Technology",
        ("Cable", "Media"),
        ("video segment", "broadband segment", "advertising segment"),
        ("video subscriptions", "streaming bundles", "advertising slots"),
    ),
    Industry(
        "Utilities",
        4911,
        "Electric Services",
        "01 Energy & Transportation",
        ("Electric", "Power"),
        ("regulated electric segment", "transmission segment", "generation segment"),
        ("megawatt hours", "transmission services", "renewable energy credits"),
    ),
    Industry(
        "Utilities",
        4923,
        "Natural Gas Transmisison & Distribution",  # the SEC's own spelling
        "01 Energy & Transportation",
        ("Gas Transmission", "Gas"),
        ("distribution segment", "pipeline segment", "storage segment"),
        ("gas deliveries", "transportation services", "storage services"),
    ),
    Industry(
        "Real Estate",
        6798,
        "Real Estate Investment Trusts",
        "05 Real Estate & Construction",
        ("Realty", "Properties"),
        ("office portfolio", "industrial portfolio", "residential portfolio"),
        ("leased square feet", "warehouse leases", "apartment units"),
    ),
)

SECTORS: tuple[str, ...] = tuple(dict.fromkeys(industry.sector for industry in INDUSTRIES))
