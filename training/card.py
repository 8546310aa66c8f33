"""The model card: what a model is, what it learned from, how good it is, what it cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.judge import confusion_table, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.judge import Verdict

ORIGINS = {
    "reading": ("sentences of SEC filings, labelled by reading", "public domain; labels MIT"),
    "written": ("sentences we wrote for hard cases", "MIT"),
    "compared": ("sentences made by rule of a figure and an earlier one", "MIT"),
    "sentfin": ("SEntFiN headlines whose entities agree", "MIT"),
    "sentfin-entities": ("SEntFiN headlines, a sentence per entity", "MIT"),
    "twitter": ("Twitter financial news", "MIT"),
    "returns": ("sentences of SEC filings, labelled by the share's abnormal return", "public domain"),
}
LIMITS = """\
- English only. It was trained and judged on sentences of American filings, calls and business headlines.
- It reads one sentence; what the sentence before said, it does not know.
- It tells what a sentence says, not whether that is true, expected or already in the price.
- Direction without a measure ("rates rose") is judged as for most companies, wrong for some.
- Negative sentences of filings are rare: their figures have wide intervals.
- The kinds of sentences that an earlier model got wrong in Financial PhraseBank were known when part of the written
  sentences and those of figures compared were made. None of its sentences was used, but its figures are a little
  kinder to this model than those of a set nobody has looked at.
"""


def card(
    manifest: Mapping[str, Any], record: Mapping[str, Any], verdicts: Sequence[Verdict], *, fingerprint: str
) -> str:
    """Return the card of an exported model as Markdown."""
    data = record["data"]
    parts = [
        f"# {manifest['name']}-{manifest['version']}\n",
        f"Says how likely a sentence is bad, neither or good news for the company it is about: a {record['what']}.\n",
        _facts(manifest, record, fingerprint),
        "## Data\n\n" + _sources(data) + "\n" + _left_out(data),
        "## How good it is\n\nNo sentence of these sets, nor one nearly the same, was in training. Intervals: 95 % "
        "bootstrap over sentences.\n\n" + table(verdicts),
        *(f"{one.set}: what was said of what is true.\n\n{confusion_table(one)}" for one in verdicts[:1]),
        "## Limits\n\n" + LIMITS,
    ]
    return "\n".join(parts)


def _facts(manifest: Mapping[str, Any], record: Mapping[str, Any], fingerprint: str) -> str:
    agreed, screen = manifest["parity"], manifest.get("screen")
    rows = {
        "Labels, in order": ", ".join(manifest["labels"]),
        "Fingerprint": f"`{fingerprint}`",
        "Licence": manifest["licence"],
        "Started from": record.get("encoder") or ", ".join(record.get("teachers", ())),
        "Weights": f"{manifest['kept']}; against torch on {agreed['sentences']:,} sentences: probabilities differ by "
        f"at most {agreed['largest_difference']:.2g}, {agreed['agreement']:.1%} of the tones agree",
        **({"Reads first": _told(screen)} if screen else {}),
        "Reads at once": f"{manifest['max_tokens']} pieces of words; longer sentences in windows",
        "Trained": f"{record['taken_at']}, {record['history']['seconds']:.0f} s, code {record['code']}",
    }
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())]) + "\n"


def _told(screen: Mapping[str, Any]) -> str:
    return (
        f"{screen['model']} (`{screen['fingerprint']}`); its answer stands where it says neutral with {screen['sure']} "
        f"or more, in part from {screen['unsure']} on"
    )


def _sources(data: Mapping[str, Any]) -> str:
    lines = ["| source | what | licence | sentences read |", "| --- | --- | --- | ---: |"]
    for name, counts in data["sources"].items():
        what, licence = ORIGINS[name]
        lines.append(f"| {name} | {what} | {licence} | {counts['sentences']:,} |")
    return "\n".join(lines) + "\n"


def _left_out(data: Mapping[str, Any]) -> str:
    split = ", ".join(
        f"{name} {data[name]['sentences']:,} (fingerprint `{data[name]['fingerprint']}`)"
        for name in ("training", "validation")
    )
    out = "; ".join(f"{reason}: {count}" for reason, count in data["left_out"].items() if isinstance(count, int))
    return f"Sentences: {split}. Left out: {out}.\n"
