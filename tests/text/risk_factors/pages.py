"""Pages with five risk factors in two groups, in whatever layout."""

GROUPS = ("Risks Related to Our Business", "Risks Related to Regulation")
HEADINGS = (
    "We may lose our largest customers.",
    "Our suppliers could fail to deliver on time.",
    "New rules may raise our costs.",
    "We depend on a few key people.",
    "Our stock price is volatile.",
)
BODY = (
    "Three shops buy half of what we make, and none of them has promised to buy more. Last year one of them turned to "
    "another maker for a season. Should that happen again, revenue would fall and machines would stand still. We keep "
    "stocks for two months, which may be too little."
)
INTRODUCTION = "<p>You should consider the risks below.</p>"
ALONE = [("", heading) for heading in HEADINGS]
IN_GROUPS = [(GROUPS[0 if number < 2 else 1], heading) for number, heading in enumerate(HEADINGS)]


def page(heading, group=None, body="<p>{}</p>", before=INTRODUCTION):
    """Return an item with the risk factors, made of templates of heading, group and body."""
    parts = [before]
    for number, text in enumerate(HEADINGS):
        if group and number in {0, 2}:
            parts.append(group.format(GROUPS[number // 2]))
        parts += [heading.format(text), body.format(BODY)]
    return "".join(parts)
