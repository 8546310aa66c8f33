"""Render the reference pages from the code they describe: tables, settings, commands, API routes.

`make docs` runs it; a test fails where a page in `docs/` is not what this renders.
"""

from __future__ import annotations

import inspect
import json
import re
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from edgewise.app.main import command_line
from edgewise.app.settings import Settings
from edgewise.core import tables
from edgewise.factors.registry import SCORED
from edgewise.score.weights import STANDARD
from edgewise.text.risk_categories.agreement import Label, agreement
from edgewise.text.risk_categories.declared import taxonomy
from edgewise.text.risk_categories.head import MANIFEST, packaged_head
from edgewise.text.risk_categories.keywords import KeywordRiskCategories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

    from edgewise.factors.metric import Metric, MetricFactor
    from edgewise.text.risk_categories.declared import Category

DOCS = Path(__file__).parents[1] / "docs"
TRUTH = Path(__file__).parents[1] / "tests" / "real" / "truth"


def tables_page() -> str:
    """Return the page of the lake's tables."""
    parts = [
        "# Tables\n",
        "The lake's tables, as `edgewise.core.tables` declares them. Instants are UTC with microseconds. A row's",
        "identity is its key and `known_at`; reading as of an instant picks, per key, the latest row known then.\n",
    ]
    for table in tables.ALL:
        parts += [f"## {table.name}\n", f"{table.meaning}\n", f"Key: {', '.join(f'`{name}`' for name in table.key)}.\n"]
        parts += ["| column | type | meaning | null means |", "| --- | --- | --- | --- |"]
        parts += [
            f"| `{column.name}` | {_kind(column.dtype)} | {column.meaning} | {column.nulls or 'never null'} |".replace(
                "' | '", "a vertical bar"
            )
            for column in table.columns
        ]
        parts.append("")
    return "\n".join(parts)


def _kind(dtype: object) -> str:
    return re.sub(r"\(.*", "", str(dtype)).lower()


def settings_page() -> str:
    """Return the page of settings."""
    parts = [
        "---\nhide:\n  - toc\n---\n",  # no headings: the table takes their place
        "# Settings\n",
        "Each is an environment variable or a line of a `.env` file in the working directory. Nothing needs to be set",
        "to run everything on one machine; the live SEC needs `EDGEWISE_IDENTITY`. `edgewise doctor --settings` shows",
        "the values in force.\n",
        "| setting | default | meaning |",
        "| --- | --- | --- |",
    ]
    parts += [
        f"| `EDGEWISE_{name.upper()}` | {_code(str(field.default or ''))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(parts) + "\n"


def _code(value: str) -> str:
    return f"`{value}`" if value else "empty"


def commands_page() -> str:
    """Return the page of commands."""
    parts = [
        "# Commands\n",
        "`edgewise <noun> <verb>`. `--json` prints for programs; `--help` works everywhere. An error is one sentence",
        "and what to do about it; the exit status is 1, or 75 if a later try may help, or 2 for a wrong use.\n",
    ]
    for name, command in _leaves(typer.main.get_command(command_line()), "edgewise"):
        parts += [f"## {name}\n", f"{(command.help or '').strip()}\n"]
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts += ["| option | meaning |", "| --- | --- |", *rows, ""]
    return "\n".join(parts)


def _leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    if getattr(command, "invoke_without_command", False):
        yield name, command
    for child in children.values():
        yield from _leaves(child, f"{name} {child.name}")


def _option(parameter: click.Parameter) -> str:
    spelling = parameter.opts[0] if parameter.param_type_name == "option" else (parameter.name or "").upper()
    meaning = getattr(parameter, "help", None) or ""
    default = parameter.default
    told = isinstance(default, str | int | float) and default not in {"", False, True}
    return f"| `{spelling}` | {meaning}{f' Default {default}.' if told else ''} |"


def risk_categories_page() -> str:
    """Return the page of risk categories: the taxonomy, and how often keywords agree with readers."""
    declared, model = taxonomy(), KeywordRiskCategories()
    parts = [
        "# Risk categories\n",
        f"What a risk factor is about: {len(declared.categories)} categories in {len(declared.families)} families.",
        "Every factor gets one category, the cause that its heading names first; `other` is said only where nothing",
        f"of the taxonomy is found. This is version {declared.version} of the taxonomy.\n",
        *_classifier(model),
        *_agreement(model),
        *_learned(),
    ]
    for family in declared.families:
        parts += [f"## {family.name}\n", f"`{family.id}`. {family.definition}\n"]
        parts += [line for category in family.categories for line in _category(category)]
    return "\n".join(parts)


def _classifier(model: KeywordRiskCategories) -> list[str]:
    heading = "Hackers could steal files of patients"
    row = model.classify([heading], [""]).row(0, named=True)
    return [
        "## Two classifiers\n",
        "Keywords are what runs unless `EDGEWISE_RISK_CATEGORIES` says `learned`: the trained head, below. Both answer",
        "through the port `RiskCategoryModel`; `category_version` of a row of `risk_factors` names what judged it.\n",
        f"`{model.version}` counts phrases. A phrase of the heading counts more than one of the body, an early one",
        'more than a late one, and what names the consequence ("could harm our reputation") a quarter of what names',
        "the cause.",
        "The score is the share of the evidence that speaks for the category, between 0 and 1; it is no probability.\n",
        "```python",
        "from edgewise.text.risk_categories.keywords import KeywordRiskCategories\n",
        f'KeywordRiskCategories().classify(["{heading}"], [""]).row(0, named=True)',
        f"# {row}",
        "```\n",
    ]


def _agreement(model: KeywordRiskCategories) -> list[str]:
    """Return the table of agreement with readers, from headings alone: the truth holds no bodies."""
    split = json.loads((TRUTH / "risk_categories" / "split.json").read_text())
    seen = "" if model.version == split["frozen"] else " They were seen before the present version was made."
    parts = [
        "### How often keywords are right\n",
        "Labels were made by reading real filings, one reader, and are compared with what the keywords say of the",
        "headings alone. Keywords were tuned on the errors in `develop` only. But the same reader wrote the keywords",
        "after labelling `held_out`, and some phrases surely echo its headings: that figure is too good. The companies",
        f"of `fresh` were neither read nor labelled until `{split['frozen']}` was frozen: expect their",
        f"figure for a company of your own.{seen} Acceptable means",
        "that a second category the reader found defensible counts as right, too. An insurer is among the fresh",
        "companies; the taxonomy has no category for underwriting and claims.\n",
        "| companies | factors | category | family | category, acceptable | family, acceptable |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for part in ("develop", "held_out", "fresh"):
        headings, labels = _labelled(split[part])
        said = model.classify(headings, [""] * len(headings))["category"].to_list()
        found = agreement(said, labels, taxonomy())
        parts.append(
            f"| `{part}` ({len(split[part])}) | {found.factors} | {found.category:.3f} | {found.family:.3f} | "
            f"{found.category_acceptable:.3f} | {found.family_acceptable:.3f} |"
        )
    return [*parts, ""]


def _learned() -> list[str]:
    """Return what the trained head is and how good it is; its own record tells what it learned from."""
    told = json.loads((packaged_head() / MANIFEST).read_text())
    data, checked = told["data"], told["checked"]
    return [
        "## The trained head\n",
        f"`{told['name']}-{told['version']}` is a linear head over the vectors of `{told['embedder']['version']}`",
        f"of the heading and of the first {told['body_characters']} characters of the body, and over the shares of the",
        "keywords' evidence in heading and whole body. The score is a probability. `explain` tells what each of these",
        "adds to the odds of the category against the runner-up. A 10-K of 39 factors took 2.2 s of processor time",
        "on a busy machine, by keywords 0.02 s. A head is refused over another encoder, with labels in another",
        "order, or when it gets its own self test wrong; keywords never take its place unasked.\n",
        "```python",
        "from edgewise.adapters.onnx import OnnxEmbedder, packaged_models",
        "from edgewise.text.risk_categories.learned import LearnedRiskCategories\n",
        'LearnedRiskCategories(OnnxEmbedder(packaged_models()["minilm"])).classify(headings, bodies)',
        "```\n",
        "### How often it is right\n",
        f"It learned from {data['written']:,} factors that we wrote and {data['real']} real ones labelled by reading,",
        f"of {len(data['companies'])} companies, none of them one of the table above. Five factors that stand nearly",
        "word for word in filings of that table were left out. `make evaluate ONLY=categories` judges heading and",
        "body:\n",
        *_HELD_OUT,
        f"By leaving companies out of training, {checked['accuracy']:.3f} of the {checked['factors']} real factors",
        f"that it learned from are right, {checked['acceptable']:.3f} right or acceptable; no keyword was tuned on",
        "them. That figure and `fresh` are the ones to expect for a company of your own: `develop` and `held_out`",
        "flatter the keywords, which are part of the head. Weight of phrases and penalty were chosen by leaving",
        "companies out, but what each choice does on the table's companies was seen, too: 0.875 to 0.905 of those",
        "that use phrases.\n",
        *_WRONG,
    ]


# Measured by `make evaluate ONLY=categories`, the last row in a trial; they change with the head.
_HELD_OUT = (
    "| 641 factors, 21 companies | right | 95 %, over companies | or acceptable | `develop` | `held_out` | `fresh` |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    "| trained head | 0.894 | 0.865 to 0.924 | 0.964 | 0.894 | 0.913 | 0.846 |",
    "| keywords, heading and body | 0.878 | 0.840 to 0.912 | 0.952 | 0.907 | 0.896 | 0.778 |",
    "| a head over vectors alone | 0.824 | | 0.914 | 0.835 | 0.833 | 0.778 |\n",
    "Scores lie 0.022 from the share that is right, over ten bins of scores.\n",
)
_WRONG = (
    "Of the 68 factors it gets wrong, 45 have a category that the reader found defensible, too. No pair is confused",
    "more than three times: customers taken for regulation (sales to governments, rules of card networks), supply",
    "for innovation (platforms of others), systems for cybersecurity (an outage, with or without an intruder), and",
    "exposures for litigation (claims against an insurer, for which the taxonomy has no category). The hardest",
    "companies are an oil-field supplier, that insurer and a bitcoin miner. Labels are one reader's, read once.\n",
)


def _labelled(companies: list[str]) -> tuple[list[str], list[Label]]:
    """Return headings and labels of the risk factors of these companies."""
    headings, labels = [], []
    for path in sorted((TRUTH / "risk_categories").glob("*_*.json")):
        factors = json.loads((TRUTH / "risk_factors" / path.name).read_text())
        if factors[0]["cik"] in companies:
            headings += [factor["heading"] for factor in factors]
            labels += [Label(row["category"], tuple(row["acceptable"])) for row in json.loads(path.read_text())]
    return headings, labels


def _category(category: Category) -> list[str]:
    return [
        f"### {category.name}\n",
        f"`{category.id}`. {category.definition}\n",
        f"- Also: {category.include}",
        f"- Not: {category.exclude}",
        f"- For example: {'; '.join(f'*{example}*' for example in category.examples)}.\n",
    ]


def _weight_beside(factor: MetricFactor, metric: Metric) -> float:
    """Return the weight of all metrics of a factor that are asked for together with one of them."""
    industry = metric.only_for[0] if metric.only_for else None
    return sum(one.weight for one in factor.metrics if one.has_meaning(industry))


def _if_yearly(metric: Metric) -> str:
    """Return what of its age is said of companies that report once a year, '' where it is the same."""
    same = metric.yearly_max_age_days == metric.max_age_days
    return "" if same else f"; after {metric.yearly_max_age_days:,} of a company that reports once a year"


def factor_page(factor: MetricFactor) -> str:
    """Return the page of a factor of the score: what its module says, and every metric."""
    told = inspect.cleandoc(import_module(f"edgewise.factors.{factor.name}").__doc__ or "")
    first, _, rest = told.partition("\n\n")
    weight = STANDARD.weights.get(factor.name, 0.0)
    parts = [
        f"# {factor.name}\n",
        f"{first}\n",
        f"{rest}\n" if rest else "",
        "| what | how |",
        "| --- | --- |",
        f"| a high value | {factor.meaning} |",
        f"| weight in the standard score | {weight:.2f}{'' if weight else ', shown beside it'} |",
        f"| known | {factor.least:.0%} of the weight of the metrics that have a meaning in the industry, or none |",
        f"| version | {factor.version} |\n",
        "## Metrics\n",
        "Each becomes a percentile among its peers, as [How the score is made](../score.md) tells.\n",
    ]
    for metric in factor.metrics:
        parts += [
            f"### {metric.name}\n",
            f"`{metric.formula}`\n",
            "| what | how |",
            "| --- | --- |",
            f"| unit | {metric.unit} |",
            f"| better | {'more' if metric.direction > 0 else 'less'} |",
            f"| too old | after {metric.max_age_days:,} days{_if_yearly(metric)} |",
            f"| only for | {', '.join(metric.only_for)} |"
            if metric.only_for
            else f"| not for | {', '.join(metric.not_for) or 'nobody'} |",
            f"| weight in the factor | {metric.weight:g} of {_weight_beside(factor, metric):g} |",
            f"| source | {metric.source} |",
            "",
        ]
    return "\n".join(parts).replace("\n\n\n", "\n\n")


OWN_PAGE = {"filing_tone"}
"""Factors whose page is written by hand: more hangs on them than a table tells."""
PAGES: dict[str, Callable[[], str]] = {
    f"factors/{factor.name}.md": partial(factor_page, factor) for factor in SCORED if factor.name not in OWN_PAGE
} | {
    "tables.md": tables_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "risk-categories.md": risk_categories_page,
}


if __name__ == "__main__":
    for file_name, render in PAGES.items():
        (DOCS / file_name).write_text(render())
        print(f"docs/{file_name}")
