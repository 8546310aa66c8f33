"""What companies say: our own sentences, by tone, with slots for the company's words and figures.

Slots: `segment` (a part of the business), `product` (plural), `region`, `percent` ("4.2%"), `amount` ("$12.4 million"),
`count`, `period` ("the quarter", "the fiscal year").
"""

from __future__ import annotations

from dataclasses import dataclass

POSITIVE: tuple[str, ...] = (
    "Demand for our {product} was strong in {region}, and the {segment} achieved its best result in several years.",
    "We are pleased with the progress of the {segment}, which gained share in {region} during {period}.",
    "Operating margin improved by {percent} as the {segment} benefited from greater efficiency at {count} sites.",
    "The {segment} delivered excellent results, with revenue from {product} up {percent} over the prior period.",
    "Customer satisfaction with our {product} improved, and retention in {region} was better than we had planned.",
    "Our investments in the {segment} enabled us to attain higher profitability in {period}.",
    "Favorable pricing and successful product launches lifted revenue from {product} by {percent}.",
    "We strengthened our balance sheet in {period} and gained additional financial flexibility of {amount}.",
    "Innovation in our {product} created attractive opportunities with {count} new customers in {region}.",
    "The {segment} outperformed its markets in {region}, helped by superior service and strong execution.",
    "Cash generation improved to a level that enabled us to reward shareholders with {amount} of distributions.",
    "Revenue in {region} rebounded by {percent}, and the {segment} regained its leadership position.",
    "The successful integration of {count} acquired locations enhanced the profitability of the {segment}.",
    "Productivity gains in the {segment} exceeded our targets and improved gross margin by {percent}.",
    "We achieved a favorable mix of {product}, which boosted gross profit by {amount} in {period}.",
    "Our order position for {product} is the strongest in {count} quarters.",
    "Strong execution by the {segment} enabled early completion of {count} projects in {region}.",
    "We made good progress on our efficiency program and achieved savings of {amount} in {period}.",
    "The {segment} enjoyed strong growth, and its profitable expansion in {region} was ahead of plan.",
    "New {product} were well received and created an advantage for the {segment} in {region}.",
    "We improved on-time delivery of {product} and were honored with {count} supplier awards.",
    "Higher volumes of {product} led to the greatest improvement in the margin of the {segment} since its formation.",
    "Our strong liquidity enabled us to accomplish the refinancing of {amount} of notes at attractive rates.",
    "The exceptional performance of the {segment} more than covered investments in {region}.",
    "We are delighted with the successful opening of {count} new facilities for {product} in {region}.",
    "Excellent cost control improved the operating income of the {segment} by {amount}.",
    "Collaboration with key customers on {product} strengthened our position in {region} and improved returns.",
    "The {segment} achieved record efficiency and improved its return on invested capital by {percent}.",
    "Profitability in {region} improved for the third consecutive period, a gain of {percent}.",
    "Our brands gained popularity, and demand for {product} surpassed our expectations by {percent}.",
    "We successfully completed the upgrade of {count} plants, which enhanced the quality of our {product}.",
    "Strong bookings of {product} provided the {segment} with excellent visibility for the coming periods.",
    "The {segment} benefited from positive trends in {region}, and its income improved by {amount}.",
    "Improved terms with suppliers enabled the {segment} to achieve a gain in gross margin of {percent}.",
    "Our credit rating was upgraded in {period}, reflecting stronger cash flow and improved stability.",
    "The launch of {product} was a success and opened opportunities in {count} attractive markets.",
    "We were able to reach favorable long-term agreements for {product} worth {amount}.",
    "Employee engagement improved, safety results were the best to date, and turnover in the {segment} was lower.",
    "We achieved all of our operating targets for {period}, led by strength in the {segment}.",
    "Solid demand and greater operating leverage allowed us to achieve income of {amount} in {region}.",
    "The {segment} was awarded {count} contracts for {product}, an impressive gain over the prior period.",
    "Stronger demand for {product} and efficient use of capacity improved operating income by {percent}.",
    "Our leadership in {product} was enhanced by the successful rollout of {count} innovations.",
    "Returns on our investments in {region} were exceptional, and the {segment} exceeded its plan by {percent}.",
    "We are encouraged by the positive response to our {product} and the strong start of {count} new programs.",
    "The {segment} achieved its highest customer ratings, a great accomplishment by our teams in {region}.",
    "Inventory turns improved by {percent}, which enabled stronger cash flow from the {segment}.",
    "Better utilization and favorable volumes led to a gain of {amount} in the {segment}.",
    "We attained profitability in {region} earlier than planned, with strong contributions from {product}.",
    "The quality of our {product} improved, and warranty expense was better than planned by {amount}.",
)

NEGATIVE: tuple[str, ...] = (
    "Demand for our {product} weakened in {region}, and the {segment} recorded a loss of {amount}.",
    "We were unable to meet delivery dates for {product}, and {count} customers cancelled their orders.",
    "Operating margin declined by {percent} because of persistent cost overruns in the {segment}.",
    "The {segment} suffered from a slowdown in {region}, and revenue from {product} declined {percent}.",
    "We recorded an impairment of {amount} related to the poor performance of the {segment}.",
    "Adverse conditions in {region} negatively affected volumes of {product} throughout {period}.",
    "Unfavorable pricing and lost customers reduced revenue from {product} by {percent}.",
    "We incurred severance and closure costs of {amount} for {count} underperforming sites.",
    "Shortages of key inputs disrupted production of {product} and harmed our service levels in {region}.",
    "The {segment} failed to reach its targets, and its losses deepened to {amount} in {period}.",
    "Litigation over our {product} resulted in a charge of {amount} and further claims in {region}.",
    "A recall of {product} caused returns, penalties and lost sales in {count} markets.",
    "Weak demand forced us to curtail production of {product} and idle {count} facilities.",
    "Collections deteriorated in {region}, and we wrote off {amount} of delinquent receivables.",
    "The {segment} lost market share in {region} because of aggressive discounting by competitors.",
    "Delays in the {segment} led to penalties of {amount} and strained relations with customers.",
    "Cash flow deteriorated in {period}, and we drew {amount} on our credit facility to cover shortfalls.",
    "We identified deficiencies in the {segment} that require costly corrections at {count} locations.",
    "Inflation and unfavorable currency movements hurt the margin of the {segment} by {percent}.",
    "The termination of {count} contracts for {product} left the {segment} with excess capacity.",
    "Difficult trading conditions in {region} resulted in disappointing results for the {segment}.",
    "Quality problems with {product} increased scrap and warranty losses by {amount}.",
    "Our credit rating was downgraded in {period}, which worsened our borrowing terms.",
    "Strikes and outages at {count} plants interrupted supplies of {product} and reduced income by {amount}.",
    "Revenue from {product} declined by {percent} as customers delayed or abandoned projects in {region}.",
    "The {segment} continued to be burdened by obsolete inventory, and we recorded writedowns of {amount}.",
    "A cyber incident disrupted the {segment} and caused a loss of revenue of {amount} in {period}.",
    "The decline in {region} was worse than we had planned and eroded the profitability of the {segment}.",
    "We suspended our expansion in {region} after losses on {product} exceeded {amount}.",
    "Regulators in {region} alleged violations by the {segment} and imposed fines of {amount}.",
    "Customer complaints about {product} rose by {percent}, and turnover of staff hurt our service.",
    "The bankruptcy of a large customer resulted in a loss of {amount} in the {segment}.",
    "We missed our cost targets, and the shortfall in the {segment} amounted to {amount}.",
    "Lower volumes and inefficiencies at {count} sites led to a severe decline in gross margin.",
    "The {segment} was adversely affected by cancellations, and its backlog declined by {percent}.",
    "Damage at our site in {region} interrupted deliveries of {product} and caused losses of {amount}.",
    "Restructuring of the {segment} was delayed, and the related charges were worse than planned by {amount}.",
    "Slow adoption of {product} in {region} led to excess inventory and unfavorable margins.",
    "We closed {count} unprofitable locations in {region} and recognized exit losses of {amount}.",
    "The {segment} encountered serious difficulties in {region}, and its operating loss widened by {percent}.",
    "Disputes with suppliers of {product} led to lost sales and legal expense of {amount}.",
    "Our results for {period} were hurt by weak execution, and operating income declined by {percent}.",
    "We breached a covenant in {period} and paid {amount} to obtain a waiver from concerned lenders.",
    "Stagnant demand and volatile input costs caused a decline of {percent} in income from {product}.",
    "The loss of {count} key accounts in {region} weakened the {segment} further.",
    "Declining utilization and unplanned outages reduced the income of the {segment} by {amount}.",
    "An investigation of the {segment} diverted management and resulted in costs of {amount}.",
    "Deteriorating conditions forced us to abandon {count} projects and record charges of {amount}.",
    "The disappointing launch of {product} resulted in returns and a writedown of {amount}.",
    "Late payments and defaults in {region} increased our credit losses by {percent}.",
)

UNCERTAIN: tuple[str, ...] = (
    "The outlook for {product} in {region} may vary, and our estimates could change.",
    "It is possible that the timing of orders for {product} might differ from our assumptions.",
    "We believe that volumes in the {segment} will depend on conditions that are difficult to predict.",
    "The outcome of pending rate reviews in {region} is uncertain and could affect {product}.",
    "Our assumptions about {product} are approximate and might require revision in later periods.",
    "Changes in interest rates may affect the {segment} in ways that we cannot predict.",
    "Whether customers in {region} will renew their agreements for {product} is uncertain.",
    "Fluctuations in the price of inputs could affect the margin of the {segment} by approximately {percent}.",
    "The pace of regulatory decisions in {region} is unpredictable and may vary among markets.",
    "Management believes that approximately {amount} of spending could be deferred if conditions change.",
    "The {segment} is exposed to currencies that may fluctuate, and the exposure varies by {region}.",
    "Our preliminary estimate of {amount} is subject to contingencies and might be revised.",
    "It is unclear how quickly customers may adopt the next generation of {product}.",
    "Future volumes depend on weather and other variables that the {segment} cannot anticipate.",
    "The tax position taken in {region} is subject to uncertainty, and the assessed amount may differ.",
    "Demand for {product} appears to depend on seasonal patterns that could shift.",
    "We may revise the assumptions used for the {segment} as conditions in {region} become clearer.",
    "The range of possible outcomes for {product} is wide, and our sensitivity analysis is approximate.",
    "There could be variations between our internal forecasts and the eventual volumes of {product}.",
    "Approval of {count} permits in {region} might be sought, although the timing is unknown.",
)

NEUTRAL: tuple[str, ...] = (
    "The {segment} operates {count} facilities in {region} and sells {product} through its own staff and distributors.",
    "Revenue from {product} is recognized when control passes to the customer.",
    "Depreciation is computed by the straight-line method over the lives of the assets.",
    "The company has {count} reportable segments, of which the {segment} is one.",
    "Capital expenditures were {amount} in {period}, of which most related to the {segment}.",
    "We lease offices and warehouses in {region} under agreements with terms of up to {count} years.",
    "The effective tax rate was {percent} in {period}.",
    "Inventories are stated at the lower of cost and net realizable value, using the first-in, first-out method.",
    "At the end of {period} we had {count} thousand employees, of whom {percent} were located in {region}.",
    "Interest expense was {amount} in {period}, compared with {amount} in the comparable period.",
    "The board of directors declared a quarterly dividend payable to holders of record at the end of the month.",
    "The following discussion should be read together with the financial statements and the notes to them.",
    "Selling, general and administrative expense was {amount}, or {percent} of revenue.",
    "The {segment} sells {product} to wholesale, retail and institutional customers.",
    "Our fiscal year consists of four quarters of about thirteen weeks each.",
    "Goodwill assigned to the {segment} was {amount} at the end of {period}.",
    "Research and development expense of the {segment} was {amount} in {period}.",
    "The credit agreement provides for revolving borrowings of up to {amount} and matures in {count} years.",
    "Stock-based compensation expense was {amount} and is included in administrative expense.",
    "Accounts receivable consist of amounts due from customers in {region} and elsewhere.",
    "Segment information is presented on the basis used by the chief operating decision maker.",
    "The fair value of the notes was {amount}, based on quoted prices for similar instruments.",
    "Foreign subsidiaries use the local currency as their functional currency.",
    "We purchase materials for {product} from {count} suppliers in {region}.",
    "The accompanying statements include the accounts of the company and its wholly owned subsidiaries.",
    "Contributions to the retirement plans were {amount} in {period}.",
    "Revenue from {region} represented {percent} of consolidated revenue in {period}.",
    "The company repurchased {count} thousand shares under the program that the board authorized.",
    "Basic earnings per share are computed by dividing net income by the weighted average number of shares.",
    "The {segment} holds {count} patents and trademarks that relate to {product}.",
    "Amounts in the tables are in thousands of dollars, except share and per share data.",
    "The number of shares outstanding at the end of {period} is shown on the cover page.",
    "Purchase commitments for {product} were {amount} at the end of {period}.",
    "Deferred revenue is included in other current liabilities and was {amount}.",
    "The headquarters of the {segment} is in a leased building with {count} floors.",
    "Our website contains the reports that we file, and they are not part of this document.",
    "Certain amounts of the prior period have been reclassified to conform to the current presentation.",
    "The {segment} accounted for {percent} of consolidated assets.",
    "New accounting guidance on segment reporting was adopted at the beginning of {period}.",
    "Sales of {product} in {region} follow the normal calendar of our customers.",
    "Advertising costs are expensed as incurred and amounted to {amount}.",
    "The audit committee met {count} times in {period}.",
    "The company files a consolidated federal tax return with its domestic subsidiaries.",
    "Other income consists of interest on cash balances and was {amount}.",
    "Leases with terms of twelve months or less are not recorded on the balance sheet.",
)

# A word list that does not look at "no" and "not" reads these as bad news; they are the opposite.
NEGATED: tuple[str, ...] = (
    "There is no substantial doubt about our capacity to continue as a going concern.",
    "We did not record any impairment of the goodwill of the {segment} in {period}.",
    "No material weakness in internal control was identified in {period}.",
    "The company was not in default under any of its credit agreements.",
    "There were no significant losses on receivables in {region}.",
    "We are not a party to any litigation that would be material to the {segment}.",
    "The change in terms did not have an adverse effect on sales of {product}.",
    "No customer of the {segment} was delinquent at the end of {period}.",
    "There were no disruptions at our {count} facilities in {region} in {period}.",
    "We had no disagreements with accountants on any matter of accounting or disclosure.",
)

SAFE_HARBOR: tuple[str, ...] = (
    (
        "This document contains forward-looking statements within the meaning of the Private Securities "
        "Litigation Reform Act of 1995. Words such as believe, expect, anticipate, may, could and intend identify "
        "such statements. They involve known and unknown risks and uncertainties, and actual results could differ "
        "materially and adversely."
    ),
    (
        "Statements that are not historical facts are forward-looking statements. They are subject to risks, "
        "uncertainties and assumptions, including adverse economic conditions, competition, litigation, supply "
        "disruptions and changes in regulation, any of which could cause actual results to differ materially from "
        "those anticipated."
    ),
    (
        "We caution readers not to place undue reliance on forward-looking statements, which speak only as of the "
        "date of this document. We undertake no obligation to update them. Factors that could cause results to "
        "differ include volatility of prices, loss of customers, delays, cost increases and other risks described "
        "in our filings."
    ),
)

# What a 10-K may warn of: its group, its heading, the heading some filers prefer later, and its body, a sentence each.
# Every 10-K says much the same here, whatever its year was like. A sentence with a figure is brought up to date.
BUSINESS, OPERATIONS, FINANCE, LAW, STOCK = (
    "Risks Related to Our Business and Industry",
    "Risks Related to Our Operations",
    "Risks Related to Our Finances",
    "Legal, Regulatory and Compliance Risks",
    "Risks Related to Our Common Stock",
)
RISK_GROUPS = (BUSINESS, OPERATIONS, FINANCE, LAW, STOCK)


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk factor to be filled in: group heading, heading, a later wording of it, and the sentences of the body."""

    group: str
    heading: str
    later: str
    body: tuple[str, ...]


RISKS: tuple[Risk, ...] = (
    Risk(
        BUSINESS,
        "Our results depend on demand for {product}, which may fluctuate.",
        "Demand for {product} may fluctuate, and our results depend on it.",
        (
            "Orders from customers in {region} vary from period to period.",
            "A decline could reduce the income of the {segment}, and we might not be able to lower costs in time.",
        ),
    ),
    Risk(
        BUSINESS,
        "We face competition in {region}.",
        "Competition in {region} could affect the {segment}.",
        (
            "Competitors of the {segment} may have greater resources.",
            "They could lower prices or introduce {product} that customers prefer, and our margins could suffer.",
        ),
    ),
    Risk(
        OPERATIONS,
        "Interruptions of supply could harm the {segment}.",
        "The {segment} depends on supplies that could be interrupted.",
        (
            "We obtain materials from {count} suppliers.",
            "A shortage could delay production of {product} and damage relations with customers.",
        ),
    ),
    Risk(
        LAW,
        "Changes in law or regulation may increase our costs.",
        "Our costs may increase with changes in law or regulation.",
        (
            "The {segment} is subject to rules in {region} that may change.",
            "Compliance could require spending of {amount}, and violations could lead to penalties.",
        ),
    ),
    Risk(
        OPERATIONS,
        "A cyber attack could disrupt our operations.",
        "Our operations could be disrupted by a cyber attack.",
        (
            "Our systems store information on customers of the {segment}.",
            "Unauthorized access could interrupt our business and lead to claims.",
        ),
    ),
    Risk(
        OPERATIONS,
        "We depend on key personnel.",
        "Our success depends on key personnel.",
        (
            "The success of the {segment} depends on people with skills in {product}.",
            "If we cannot retain them, our business could be adversely affected.",
        ),
    ),
    Risk(
        FINANCE,
        "Our indebtedness could limit our flexibility.",
        "We have borrowings that could limit our flexibility.",
        (
            "We had borrowings of {amount} at the end of {period}.",
            "Covenants may restrict us, and a default could allow lenders to demand repayment.",
        ),
    ),
    Risk(
        FINANCE,
        "Currency and interest rates may fluctuate.",
        "We are exposed to currency and interest rates, which may fluctuate.",
        (
            "About {percent} of our revenue arises outside the United States.",
            "Unfavorable movements could reduce reported income from {region}.",
        ),
    ),
    Risk(
        FINANCE,
        "Goodwill and other assets may become impaired.",
        "We may have to write down goodwill and other assets.",
        (
            "We carry goodwill for the {segment}.",
            "If its cash flows decline, we may be required to record a charge.",
        ),
    ),
    Risk(
        LAW,
        "We are exposed to claims and litigation.",
        "Claims and litigation could be costly.",
        (
            "Users of our {product} may bring claims.",
            "Defending them could be costly, and insurance might not cover all losses.",
        ),
    ),
    Risk(
        OPERATIONS,
        "Severe weather and other events could damage our facilities.",
        "Our facilities could be damaged by severe weather and other events.",
        (
            "Storms, fires or outages in {region} could interrupt the {segment} for an unknown period.",
            "We have {count} facilities there.",
        ),
    ),
    Risk(
        BUSINESS,
        "We may not realize the benefits of acquisitions.",
        "Acquisitions may not bring the benefits that we expect.",
        (
            "Integration of acquired operations in {region} may be delayed.",
            "Expected savings of {amount} might not be achieved.",
        ),
    ),
    Risk(
        FINANCE,
        "Our tax obligations may change.",
        "We may owe more tax than we expect.",
        (
            "Authorities in {region} could challenge our positions.",
            "The amounts involved are uncertain.",
        ),
    ),
    Risk(
        STOCK,
        "The market price of our common stock may be volatile.",
        "The price of our common stock may vary widely.",
        ("The price could fluctuate because of our results, those of others, or general conditions.",),
    ),
    Risk(
        BUSINESS,
        "A small number of customers account for a significant part of revenue.",
        "We depend on a small number of customers.",
        (
            "Our {count} largest customers accounted for {percent} of revenue from {product}.",
            "The loss of one of them could hurt the {segment}.",
        ),
    ),
    Risk(
        LAW,
        "We may be unable to protect our intellectual property.",
        "Our intellectual property may not be protected everywhere.",
        ("Others could copy our {product} or claim that we infringe their rights in {region}.",),
    ),
    Risk(
        OPERATIONS,
        "Labor disputes could interrupt our operations.",
        "Our operations could be interrupted by labor disputes.",
        (
            "About {percent} of the employees of the {segment} are represented by unions.",
            "Strikes could delay deliveries.",
        ),
    ),
    Risk(
        FINANCE,
        "Our estimates may prove to be inaccurate.",
        "Results may differ from our estimates.",
        ("Estimates for the {segment} rest on assumptions that may change, and differences could be material.",),
    ),
    Risk(
        BUSINESS,
        "The {segment} must keep pace with new technology.",
        "New technology could replace what the {segment} sells.",
        (
            "We spent {amount} on the development of {product} in {period}.",
            "Others may develop alternatives sooner, and customers in {region} might prefer them.",
        ),
    ),
    Risk(
        BUSINESS,
        "General economic conditions affect the {segment}.",
        "The {segment} is sensitive to general economic conditions.",
        ("Customers in {region} may postpone purchases of {product} when the economy slows.",),
    ),
    Risk(
        BUSINESS,
        "Our sales are seasonal.",
        "Seasonal patterns affect our quarterly results.",
        (
            "About {percent} of the sales of {product} fall into one quarter.",
            "Comparisons between quarters may therefore not indicate the results of a year.",
        ),
    ),
    Risk(
        OPERATIONS,
        "We rely on contractors and other third parties.",
        "Third parties on whom we rely may not perform.",
        (
            "We use {count} contractors for {product}.",
            "We do not control them, and they may not meet our standards.",
        ),
    ),
    Risk(
        OPERATIONS,
        "A public health emergency could affect our employees and customers.",
        "Our employees and customers could be affected by a public health emergency.",
        ("Measures of governments in {region} could limit the operations of the {segment}.",),
    ),
    Risk(
        OPERATIONS,
        "Our information systems may not support our growth.",
        "We may have to replace information systems.",
        (
            "We are replacing systems of the {segment} at an expected cost of {amount}.",
            "The change may take longer than we expect.",
        ),
    ),
    Risk(
        LAW,
        "Environmental rules could require spending.",
        "We may have to spend more on environmental compliance.",
        (
            "We are responsible for {count} sites in {region}.",
            "Spending of {amount} or more might be required.",
        ),
    ),
    Risk(
        LAW,
        "Rules on privacy and data are changing.",
        "Changes in rules on privacy and data could affect us.",
        ("The {segment} collects data on users of {product}, and rules in {region} may restrict their use.",),
    ),
    Risk(
        LAW,
        "Trade policy may affect our costs.",
        "Tariffs and trade policy may affect what we pay and charge.",
        (
            "About {percent} of our materials cross a border.",
            "Tariffs could change what we pay, and we might not pass it on to customers.",
        ),
    ),
    Risk(
        FINANCE,
        "We may need additional capital.",
        "Additional capital may not be available when we need it.",
        (
            "We expect to need {amount} for the {segment}.",
            "Lenders or investors may ask for terms that we cannot accept.",
        ),
    ),
    Risk(
        FINANCE,
        "Our pension plans could require further contributions.",
        "We may have to contribute more to our pension plans.",
        ("Contributions depend on returns and interest rates and could amount to {amount}.",),
    ),
    Risk(
        STOCK,
        "We may not continue to pay dividends.",
        "Dividends may be changed or suspended.",
        ("The board decides on dividends each quarter and may decide otherwise when conditions change.",),
    ),
    Risk(
        STOCK,
        "Our charter could discourage a change of control.",
        "Provisions of our charter may deter an acquisition of the company.",
        ("A purchase of more than {percent} of our stock may require approval of the board.",),
    ),
    Risk(
        STOCK,
        "Sales of a large number of shares could affect the price.",
        "The price of our stock may be affected by sales of many shares.",
        ("Holders of {count} million shares may sell them at any time.",),
    ),
)

# What a filer adds to a risk factor in a later year, and may take out again.
ELABORATIONS: tuple[str, ...] = (
    "We review this exposure every quarter.",
    "The board of directors receives a report on the matter each year.",
    "Similar conditions existed in {region} in earlier periods.",
    "The {segment} is more exposed than our other operations.",
    "Contracts for {product} may not allow us to recover the cost.",
    "We maintain insurance for some of these events, with limits of {amount}.",
    "Other companies in our industry have the same exposure.",
    "Conditions in {region} may change quickly.",
    "We cannot predict when or how often this may occur.",
    "Plans of the {segment} for such a case might not be sufficient.",
)

RISK_PREAMBLES: tuple[str, ...] = (
    "Investors should read the following together with the rest of this report, in particular Item 7.",
    "The order in which the following factors are described says nothing about their importance.",
    "The factors below, and those that we do not know of today, could affect our results.",
)

# Sentences in running text that name an item; none of them is a heading.
CROSS_REFERENCES: tuple[str, ...] = (
    "See Item {item} of this report for a further discussion.",
    "Item {item} of this report contains more on {product}.",
    "For the {segment}, see also Item {item}.",
    "The discussion in Item {item}. {title}, should be read together with this section.",
    "More information is given under Item {item} below and in the notes.",
)

REGIONS: tuple[str, ...] = (
    "North America",
    "the Midwest",
    "the Northeast",
    "the Gulf Coast",
    "the Pacific states",
    "Europe",
    "Latin America",
    "Asia",
    "the Southeast",
    "the Mountain states",
)
