"""What is spoken of in calls: topics, which are always there, and themes, which rise and fall over the quarters.

Sentences have the slots of `edgewise.simulate.phrases`; they are plain fact, so that tone comes from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

OPERATOR, BOILERPLATE = "operator", "boilerplate"


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that companies speak of in every quarter; `sentences` are said, `questions` asked."""

    name: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """Something that many companies speak of for some quarters.

    direction: +1 where it is good for those who speak of it, -1 where it is bad.
    sectors:   those whose companies speak of it most; others do so at a quarter of the strength.
    """

    name: str
    direction: int
    sectors: tuple[str, ...]
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


TOPICS: tuple[Topic, ...] = (
    Topic(
        "results",
        (
            "Revenue for {period} was {amount}, and the {segment} was {percent} of it.",
            "Earnings per share reflect a tax rate of {percent} and a share count as in the release.",
            "Revenue from {product} was {amount} in {period}.",
            "The comparison with last year includes {count} fewer selling days in {region}.",
        ),
        (
            "Could you bridge revenue from last year to this one for the {segment}?",
            "How much of the revenue from {product} came from {region}?",
        ),
    ),
    Topic(
        "guidance",
        (
            "For the full year we now guide to revenue of {amount} for the {segment}.",
            "Our outlook assumes the same exchange rates as at the end of {period}.",
            "We guide to capital spending of {amount} and to a tax rate of {percent}.",
            "The midpoint of the outlook range is {percent} above last year.",
        ),
        (
            "What does the outlook assume for {product} in the second half?",
            "How should we think about the range you guide to for next quarter?",
        ),
    ),
    Topic(
        "margins",
        (
            "Gross margin was {percent}, and mix explains {percent} of the change.",
            "Freight was {amount} of cost of sales in {period}.",
            "Price and mix of {product} account for {count} basis points of the margin.",
            "The margin of the {segment} includes overhead of {amount}.",
        ),
        ("Where do you see gross margin of the {segment} going?", "What part of the margin is price and what is mix?"),
    ),
    Topic(
        "demand",
        (
            "Orders for {product} came from {count} customers in {region}.",
            "Channel inventory of {product} in {region} stands at {count} days.",
            "Backlog of the {segment} at the end of {period} was {amount}.",
            "Orders in {region} follow the calendar of our customers.",
        ),
        ("What are you hearing from customers in {region}?", "How did orders for {product} develop through {period}?"),
    ),
    Topic(
        "capital",
        (
            "We returned {amount} to shareholders through dividends and repurchases in {period}.",
            "Net debt stands at {amount}, and the next maturity is in {count} months.",
            "The board has authorized repurchases of {amount}.",
            "Capital spending of the {segment} was {amount} in {period}.",
        ),
        ("How do you weigh repurchases against debt repayment?", "What is the right leverage for the company?"),
    ),
    Topic(
        "products",
        (
            "The next generation of {product} ships to {count} customers in {region}.",
            "The {segment} introduced {count} versions of its {product}.",
            "The pipeline of the {segment} has {count} projects.",
            "Customers can order the new {product} from next quarter on.",
        ),
        ("Could you give an update on the launch of {product}?", "How large can the new {product} become?"),
    ),
    Topic(
        "operations",
        (
            "The {segment} runs {count} sites, and two of them moved to the new planning system.",
            "Utilization of the {segment} in {region} was {percent}.",
            "We combined {count} warehouses in {region} into one.",
            "Lead times for {product} are at {count} days.",
        ),
        ("What is utilization in the {segment} today?", "How far is the move to the new planning system?"),
    ),
)

THEMES: tuple[Theme, ...] = (
    Theme(
        "supply shortages",
        -1,
        ("Industrials", "Consumer Discretionary", "Information Technology", "Health Care"),
        (
            "The shortage of components determines how many {product} we can ship.",
            "Suppliers in {region} have us on allocation, and lead times of parts are {count} weeks.",
            "We hold {amount} of parts and wait for the missing components.",
            "Containers and trucks in {region} are scarce, and freight lanes are full.",
        ),
        ("When do you see the shortage of components ending?", "How much revenue did missing parts cost you?"),
    ),
    Theme(
        "wage pressure",
        -1,
        ("Consumer Staples", "Consumer Discretionary", "Health Care", "Industrials"),
        (
            "Hourly wages in {region} rose by {percent}, and that is in our labor cost.",
            "Hiring takes {count} days, and starting pay at our sites follows the market.",
            "Labor is {percent} of the cost of {product}.",
            "Overtime and temporary staff came to {amount} in {period}.",
        ),
        ("What wage inflation do you plan for?", "Can prices of {product} follow your labor cost?"),
    ),
    Theme(
        "artificial intelligence",
        1,
        ("Information Technology", "Communication Services", "Financials"),
        (
            "Artificial intelligence workloads are {percent} of what customers run on our {product}.",
            "The {segment} uses machine learning models in {count} of its products.",
            "We spend {amount} on computing capacity for training models.",
            "Copilots and agents built on large language models are in use at {count} customers.",
        ),
        (
            "How do you monetize artificial intelligence in {product}?",
            "What share of orders is driven by artificial intelligence?",
        ),
    ),
    Theme(
        "tariffs",
        -1,
        ("Materials", "Industrials", "Consumer Discretionary", "Consumer Staples"),
        (
            "Tariffs on imports from {region} add {amount} to our cost on an annual basis.",
            "We move sourcing of {product} away from countries under tariffs.",
            "Customs duties are {percent} of the landed cost of {product}.",
            "Retaliatory tariffs apply to {percent} of our exports.",
        ),
        ("How much of the tariff cost can you pass on?", "What do tariffs do to sourcing of {product}?"),
    ),
    Theme(
        "inventory correction",
        -1,
        ("Information Technology", "Materials", "Consumer Discretionary"),
        (
            "Distributors in {region} are working down stocks of {product}.",
            "Destocking at customers lasts {count} weeks so far.",
            "Channel stocks are {percent} above where customers want them.",
            "Customers order less than they consume while they reduce their stocks.",
        ),
        ("When does destocking end?", "How far above normal are channel stocks?"),
    ),
    Theme(
        "energy transition",
        1,
        ("Energy", "Utilities", "Industrials", "Materials"),
        (
            "Projects for solar, wind and storage are {percent} of the backlog of the {segment}.",
            "Electrification adds load of {count} megawatts in {region}.",
            "Credits for clean energy were {amount} in {period}.",
            "Grid connections are ordered {count} months ahead.",
        ),
        ("What does electrification mean for load growth?", "How do credits for clean energy enter your plan?"),
    ),
    Theme(
        "interest rates",
        -1,
        ("Real Estate", "Financials", "Utilities"),
        (
            "A move of one hundred basis points in interest rates changes interest expense by {amount}.",
            "We hedge {percent} of our floating rate debt.",
            "The yield curve and deposit rates set the margin of the {segment}.",
            "Refinancing at current interest rates costs {amount} more a year.",
        ),
        ("How sensitive are you to interest rates?", "What do you assume for the path of interest rates?"),
    ),
    Theme(
        "cloud migration",
        1,
        ("Information Technology", "Communication Services", "Financials", "Health Care"),
        (
            "We moved {count} applications to the public cloud in {period}.",
            "Subscriptions in the cloud are {percent} of revenue from {product}.",
            "Customers migrate from licenses on their premises to cloud subscriptions.",
            "Consumption of cloud capacity in {region} is {amount} a quarter.",
        ),
        ("How far are customers with cloud migration?", "What does the shift to the cloud do to margins?"),
    ),
)

QUESTION_OPENINGS: tuple[str, ...] = (
    "Thanks for taking my question.",
    "Good morning, everyone, and thank you.",
    "Hi, I have a question and a follow-up.",
    "Thank you for the detail so far.",
)
ANSWER_OPENINGS: tuple[str, ...] = (
    "Thank you for the question.",
    "Let me start, and then hand over.",
    "Yes, let me take that one.",
    "Sure.",
)
