"""Accuracy against truth: `python benchmarks/evaluate.py [FOLDER] [--only NAME ...] [--wrong] [--predictions FILE]`.

FOLDER is the shared data, or any folder of filings with truth laid out as in `evaluations/folder.py`. The evaluations:
filings (instants and dates from headers), tone (labelled sentences), items, risks and categories (filing text),
statements (company facts), score (homes, named by --home and --planted). Each prints its figures and writes those that
have a bar to build/results/<room>.<name>.json, like a benchmark.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))  # the folder `benchmarks` is a package of this checkout, not an installed one

from benchmarks.evaluations import (  # noqa: E402 - after the path
    answers,
    categories,
    filings,
    items,
    risks,
    score,
    statements,
    tone,
)
from benchmarks.evaluations.folder import open_folder  # noqa: E402 - as above
from benchmarks.harness import real_data  # noqa: E402 - as above

from edgewise.core.errors import EdgewiseError  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable


def evaluate_filings(options: argparse.Namespace) -> None:
    """Judge acceptance instants and filing dates where the folder has the archive."""
    archive = options.folder / "sec.zip"
    if not archive.is_file():
        print(f"filings: no sec.zip in {options.folder}")
        return
    with zipfile.ZipFile(archive) as opened:
        headers = filings.headers_of(opened)
        filings.acceptance_times(opened, headers)
        filings.filing_dates(headers)


def evaluate_tone(options: argparse.Namespace) -> None:
    """Judge the tone of sentences where the folder has labelled ones."""
    tone.tone_of_sentences(options.folder)


def evaluate_items(options: argparse.Namespace) -> None:
    """Judge items of filings, ours or another tool's."""
    folder = open_folder(options.folder)
    predictions = answers.Predictions(options.predictions) if options.predictions else None
    items.evaluate(
        folder,
        predictions or answers.ours,
        tool=predictions.tool if predictions else "",
        wrong=options.wrong,
        processes=options.processes,
    )


def evaluate_risks(options: argparse.Namespace) -> None:
    """Judge risk factors and their pairs over the years."""
    if options.predictions:
        print("risks: predictions are of items")
        return
    risks.evaluate(open_folder(options.folder), answers.ours, wrong=options.wrong, processes=options.processes)


def evaluate_categories(options: argparse.Namespace) -> None:
    """Judge the categories of risk factors."""
    if options.predictions:
        print("categories: predictions are of items")
        return
    folder = open_folder(options.folder)
    categories.evaluate(folder, answers.ours, wrong=options.wrong, processes=options.processes)


def evaluate_statements(options: argparse.Namespace) -> None:
    """Judge standardised statements where the folder has the archive."""
    archive = options.folder / "sec.zip"
    if not archive.is_file():
        print(f"statements: no sec.zip in {options.folder}")
        return
    with zipfile.ZipFile(archive) as opened:
        statements.evaluate(opened, wrong=options.wrong)


def evaluate_score(options: argparse.Namespace) -> None:
    """Judge what the score and its factors have been worth, in the homes that are named."""
    if not (options.home or options.planted):
        print("score: name a home with company data and prices, --home HOME, or a simulated one, --planted HOME MARKET")
    if options.planted:
        score.evaluate_planted(*options.planted)
    if options.home:
        score.evaluate_real(options.home)


EVALUATIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "filings": evaluate_filings,
    "tone": evaluate_tone,
    "items": evaluate_items,
    "risks": evaluate_risks,
    "categories": evaluate_categories,
    "statements": evaluate_statements,
    "score": evaluate_score,
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="default: the shared data, or EDGEWISE_REAL_DATA")
    parser.add_argument("--only", nargs="+", choices=EVALUATIONS, default=list(EVALUATIONS), metavar="NAME")
    parser.add_argument("--wrong", action="store_true", help="list every wrong row, what was said and why")
    parser.add_argument("--predictions", type=Path, metavar="FILE", help="judge another tool's items, as JSON")
    parser.add_argument("--home", type=Path, help="for score: an EDGEWISE_HOME; month ends are scored in it")
    parser.add_argument(
        "--planted", type=Path, nargs=2, metavar=("HOME", "MARKET"), help="for score: a simulated home and its market"
    )
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder = options.folder or real_data()
    return options


def main() -> int:
    """Run the evaluations asked for; return 2 where the folder is not what they need."""
    options = _options()
    try:
        for name in options.only:
            EVALUATIONS[name](options)
    except EdgewiseError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
