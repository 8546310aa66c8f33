"""Industry codes to sectors: eleven sectors, declared as ranges of the SEC's standard industrial classification (SIC).

The sectors carry the usual names, but SIC is not GICS: it classifies by what is made or sold, in categories of 1987.
Where one code holds companies of several sectors, the sector of most of its listed companies by value is meant.
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

ENERGY = "energy"
MATERIALS = "materials"
INDUSTRIALS = "industrials"
CONSUMER_DISCRETIONARY = "consumer_discretionary"
CONSUMER_STAPLES = "consumer_staples"
HEALTH_CARE = "health_care"
FINANCIALS = "financials"
INFORMATION_TECHNOLOGY = "information_technology"
COMMUNICATION_SERVICES = "communication_services"
UTILITIES = "utilities"
REAL_ESTATE = "real_estate"

SECTORS = (
    ENERGY,
    MATERIALS,
    INDUSTRIALS,
    CONSUMER_DISCRETIONARY,
    CONSUMER_STAPLES,
    HEALTH_CARE,
    FINANCIALS,
    INFORMATION_TECHNOLOGY,
    COMMUNICATION_SERVICES,
    UTILITIES,
    REAL_ESTATE,
)

# First code, last code, sector. Codes in no range have no sector: asset-backed trusts (6189) and foreign governments
# (8888) have no shares to rank, shells (9995) no business, and depositary banks (8880) file for somebody else.
RANGES: tuple[tuple[int, int, str], ...] = (
    (100, 799, CONSUMER_STAPLES),  # farms
    (800, 899, MATERIALS),  # forestry
    (900, 999, CONSUMER_STAPLES),  # fishing
    (1000, 1199, MATERIALS),  # metal mining
    (1200, 1399, ENERGY),  # coal, oil and gas, drilling
    (1400, 1499, MATERIALS),  # quarries
    (1500, 1539, CONSUMER_DISCRETIONARY),  # home builders
    (1540, 1799, INDUSTRIALS),  # construction
    (2000, 2199, CONSUMER_STAPLES),  # food, drinks, tobacco
    (2200, 2399, CONSUMER_DISCRETIONARY),  # textiles, apparel
    (2400, 2450, MATERIALS),  # lumber
    (2451, 2452, CONSUMER_DISCRETIONARY),  # mobile and prefabricated homes
    (2453, 2499, MATERIALS),
    (2500, 2519, CONSUMER_DISCRETIONARY),  # household furniture
    (2520, 2599, INDUSTRIALS),  # office furniture
    (2600, 2699, MATERIALS),  # paper, packaging
    (2700, 2749, COMMUNICATION_SERVICES),  # publishing
    (2750, 2770, INDUSTRIALS),  # commercial printing
    (2771, 2771, CONSUMER_DISCRETIONARY),  # greeting cards
    (2772, 2799, INDUSTRIALS),
    (2800, 2829, MATERIALS),  # chemicals, plastics
    (2830, 2839, HEALTH_CARE),  # drugs, biologicals, diagnostics
    (2840, 2849, CONSUMER_STAPLES),  # soap, cosmetics
    (2850, 2899, MATERIALS),  # paints, agricultural chemicals
    (2900, 2949, ENERGY),  # refining
    (2950, 2959, MATERIALS),  # asphalt, roofing
    (2960, 2999, ENERGY),
    (3000, 3010, MATERIALS),
    (3011, 3039, CONSUMER_DISCRETIONARY),  # tires, rubber footwear
    (3040, 3079, INDUSTRIALS),  # hoses, gaskets
    (3080, 3099, MATERIALS),  # plastic products
    (3100, 3199, CONSUMER_DISCRETIONARY),  # leather, footwear
    (3200, 3419, MATERIALS),  # glass, cement, steel, aluminium, cans
    (3420, 3532, INDUSTRIALS),  # metal products, engines, farm and construction machines
    (3533, 3533, ENERGY),  # oil field machinery
    (3534, 3558, INDUSTRIALS),
    (3559, 3559, INFORMATION_TECHNOLOGY),  # special machinery: its listed makers equip chip factories
    (3560, 3569, INDUSTRIALS),
    (3570, 3579, INFORMATION_TECHNOLOGY),  # computers, networks, office machines
    (3580, 3629, INDUSTRIALS),  # cooling, electrical equipment
    (3630, 3639, CONSUMER_DISCRETIONARY),  # household appliances
    (3640, 3649, INDUSTRIALS),  # lighting, wiring
    (3650, 3651, CONSUMER_DISCRETIONARY),  # household audio and video
    (3652, 3652, COMMUNICATION_SERVICES),  # recorded music
    (3653, 3689, INFORMATION_TECHNOLOGY),  # communication equipment, semiconductors, components
    (3690, 3694, INDUSTRIALS),  # batteries, electrical machinery
    (3695, 3695, INFORMATION_TECHNOLOGY),  # magnetic media
    (3696, 3699, INDUSTRIALS),
    (3700, 3712, CONSUMER_DISCRETIONARY),  # cars
    (3713, 3713, INDUSTRIALS),  # truck and bus bodies
    (3714, 3714, CONSUMER_DISCRETIONARY),  # car parts
    (3715, 3715, INDUSTRIALS),  # truck trailers
    (3716, 3716, CONSUMER_DISCRETIONARY),  # motor homes
    (3717, 3750, INDUSTRIALS),  # aircraft, ships, trains
    (3751, 3751, CONSUMER_DISCRETIONARY),  # motorcycles
    (3752, 3789, INDUSTRIALS),  # missiles, space
    (3790, 3799, CONSUMER_DISCRETIONARY),  # leisure vehicles
    (3800, 3820, INDUSTRIALS),  # navigation, defence electronics
    (3821, 3821, HEALTH_CARE),  # laboratory apparatus
    (3822, 3824, INDUSTRIALS),  # controls, meters
    (3825, 3825, INFORMATION_TECHNOLOGY),  # electronic test instruments
    (3826, 3826, HEALTH_CARE),  # analytical instruments
    (3827, 3829, INFORMATION_TECHNOLOGY),  # optics, measuring devices
    (3840, 3859, HEALTH_CARE),  # medical devices
    (3860, 3869, INFORMATION_TECHNOLOGY),  # photographic equipment
    (3870, 3949, CONSUMER_DISCRETIONARY),  # watches, jewellery, toys, sports goods
    (3950, 3959, INDUSTRIALS),  # office supplies
    (3960, 3989, CONSUMER_DISCRETIONARY),
    (3990, 3999, INDUSTRIALS),
    (4000, 4599, INDUSTRIALS),  # railways, trucks, ships, airlines
    (4600, 4699, ENERGY),  # oil pipelines
    (4700, 4729, CONSUMER_DISCRETIONARY),  # travel agencies
    (4730, 4799, INDUSTRIALS),  # freight forwarding
    (4800, 4899, COMMUNICATION_SERVICES),  # telephone, radio, television, cable
    (4900, 4921, UTILITIES),  # electricity
    (4922, 4923, ENERGY),  # gas transmission
    (4924, 4949, UTILITIES),  # gas distribution, water
    (4950, 4959, INDUSTRIALS),  # waste
    (4960, 4999, UTILITIES),
    (5000, 5009, INDUSTRIALS),  # wholesale from here
    (5010, 5029, CONSUMER_DISCRETIONARY),  # car parts, furniture
    (5030, 5044, INDUSTRIALS),
    (5045, 5045, INFORMATION_TECHNOLOGY),  # computers
    (5046, 5046, INDUSTRIALS),
    (5047, 5047, HEALTH_CARE),  # medical supplies
    (5048, 5049, INDUSTRIALS),
    (5050, 5059, MATERIALS),  # metals
    (5060, 5063, INDUSTRIALS),
    (5064, 5064, CONSUMER_DISCRETIONARY),  # appliances
    (5065, 5065, INFORMATION_TECHNOLOGY),  # electronic parts
    (5066, 5089, INDUSTRIALS),
    (5090, 5099, CONSUMER_DISCRETIONARY),
    (5100, 5119, INDUSTRIALS),
    (5120, 5129, HEALTH_CARE),  # drugs
    (5130, 5139, CONSUMER_DISCRETIONARY),  # apparel
    (5140, 5159, CONSUMER_STAPLES),  # groceries
    (5160, 5169, MATERIALS),  # chemicals
    (5170, 5179, ENERGY),  # petroleum
    (5180, 5199, CONSUMER_STAPLES),
    (5200, 5330, CONSUMER_DISCRETIONARY),  # retail from here
    (5331, 5499, CONSUMER_STAPLES),  # general merchandise, food
    (5500, 5911, CONSUMER_DISCRETIONARY),
    (5912, 5912, CONSUMER_STAPLES),  # drug stores
    (5913, 5999, CONSUMER_DISCRETIONARY),
    (6000, 6188, FINANCIALS),  # banks, lenders
    (6190, 6319, FINANCIALS),  # brokers, life insurers
    (6320, 6329, HEALTH_CARE),  # health plans
    (6330, 6499, FINANCIALS),  # insurers and their agents
    (6500, 6599, REAL_ESTATE),
    (6700, 6791, FINANCIALS),
    (6792, 6792, ENERGY),  # oil royalties
    (6793, 6793, FINANCIALS),
    (6794, 6794, INFORMATION_TECHNOLOGY),  # patent owners
    (6795, 6795, MATERIALS),  # mineral royalties
    (6796, 6797, FINANCIALS),
    (6798, 6798, REAL_ESTATE),  # real estate investment trusts
    (6799, 6799, FINANCIALS),
    (7000, 7299, CONSUMER_DISCRETIONARY),  # hotels, personal services
    (7300, 7319, COMMUNICATION_SERVICES),  # advertising
    (7320, 7369, INDUSTRIALS),  # credit reporting, rental, staffing
    (7370, 7370, COMMUNICATION_SERVICES),  # "programming, data processing": search engines and social networks
    (7371, 7379, INFORMATION_TECHNOLOGY),  # software, data processing
    (7380, 7383, INDUSTRIALS),
    (7384, 7384, CONSUMER_DISCRETIONARY),  # photo finishing
    (7385, 7399, INDUSTRIALS),
    (7500, 7509, CONSUMER_DISCRETIONARY),
    (7510, 7519, INDUSTRIALS),  # vehicle rental
    (7520, 7599, CONSUMER_DISCRETIONARY),  # car repair
    (7600, 7699, INDUSTRIALS),
    (7800, 7899, COMMUNICATION_SERVICES),  # films
    (7900, 7999, CONSUMER_DISCRETIONARY),  # recreation
    (8000, 8099, HEALTH_CARE),  # hospitals, laboratories
    (8100, 8199, INDUSTRIALS),  # legal services
    (8200, 8699, CONSUMER_DISCRETIONARY),  # schools, child care
    (8700, 8730, INDUSTRIALS),  # engineering
    (8731, 8734, HEALTH_CARE),  # contract research, testing
    (8735, 8799, INDUSTRIALS),  # consulting
    (8900, 8999, INDUSTRIALS),
)


# Divisions of the classification, the first and last code of each; codes from 9900 are of no industry.
DIVISIONS: tuple[tuple[int, int, str], ...] = (
    (100, 999, "A"),  # agriculture, forestry, fishing
    (1000, 1499, "B"),  # mining
    (1500, 1799, "C"),  # construction
    (2000, 3999, "D"),  # manufacturing
    (4000, 4999, "E"),  # transportation, communications, utilities
    (5000, 5199, "F"),  # wholesale trade
    (5200, 5999, "G"),  # retail trade
    (6000, 6799, "H"),  # finance, insurance, real estate
    (7000, 8999, "I"),  # services
    (9100, 9729, "J"),  # public administration
)
# Industries in which some metrics have no meaning: a bank has no gross margin and its debt is its raw material.
INDUSTRIES: tuple[tuple[int, int, str], ...] = (
    (6020, 6099, "bank"),
    (6111, 6169, "bank"),  # lenders
    (6310, 6399, "insurer"),
    (6712, 6712, "bank"),  # their holding companies
    (6798, 6798, "reit"),
    (4900, 4949, "utility"),
)
OTHER = "other"


def sector_of(sic: pl.Series) -> pl.Series:
    """Return the sector of each SIC code of an integer series, as one of `SECTORS`.

    Nulls: null stays null, and a code in no range becomes null.

    >>> sector_of(pl.Series("sic", [3571, 6798, None, 9995])).to_list()
    ['information_technology', 'real_estate', None, None]
    """
    return sic.replace_strict(_by_code(RANGES), default=None, return_dtype=pl.String).alias("sector")


def division_of(sic: pl.Series) -> pl.Series:
    """Return the division of each code, A to J; null as `sector_of`.

    >>> division_of(pl.Series("sic", [3571, 6798, None, 9995])).to_list()
    ['D', 'H', None, None]
    """
    return sic.replace_strict(_by_code(DIVISIONS), default=None, return_dtype=pl.String).alias("division")


def industry_of(sic: pl.Series) -> pl.Series:
    """Return bank, insurer, reit, utility or other; null stays null.

    >>> industry_of(pl.Series("sic", [3571, 6798, None, 6021])).to_list()
    ['other', 'reit', None, 'bank']
    """
    told = sic.replace_strict(_by_code(INDUSTRIES), default=OTHER, return_dtype=pl.String)
    return told.set(sic.is_null(), None).alias("industry")


@lru_cache(maxsize=3)
def _by_code(ranges: tuple[tuple[int, int, str], ...]) -> dict[int, str]:
    return {code: name for first, last, name in ranges for code in range(first, last + 1)}
