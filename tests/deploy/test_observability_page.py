"""The page on observability names every metric that we export, and none that we do not."""

import re

from tests.deploy.conftest import ROOT

PAGE = (ROOT / "docs" / "observability.md").read_text()


def name_of(family):
    """The name under which a family is asked for: a counter's with _total."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def test_every_metric_is_explained_and_every_explained_metric_exists(families):
    ours = {name_of(family) for family in families if family.name.startswith("edgewise_")}
    explained = set(re.findall(r"^\| `(edgewise_\w+)` \|", PAGE, re.MULTILINE))
    assert explained == ours


def test_the_labels_of_each_metric_are_told(families):
    for family in families:
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        if not family.name.startswith("edgewise_") or not labels:
            continue
        line = re.search(rf"^\| `{name_of(family)}` \|([^|]*)\|", PAGE, re.MULTILINE)
        assert labels == set(re.findall(r"`(\w+)`", line[1])), family.name
