"""How the simulated service behaves when nothing is wrong: its limits and its delays."""

from __future__ import annotations

from dataclasses import dataclass

from edgewise.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Rules:
    """The service's habits. The defaults are the SEC's, or what recorded feeds show.

    document_delay_s: least and greatest number of seconds from a filing's entry in the feed to its documents; each
                      accession draws its own (failure case 42).
    rate_per_s:       requests that one identity may send in any one real second; 0 for no limit.
    block_s:          seconds a block lasts after the rate has dropped.
    real_seconds:     whether these seconds are real ones; simulated ones otherwise.
    shuffle_s:        entries of the feed accepted within so many seconds change their order from request to request;
                      0 keeps the order.
    retained_days:    business days before today that the feed reaches back to.
    seed:             of all that is drawn here.
    Raises InvalidInput, with every complaint.
    """

    document_delay_s: tuple[float, float] = (2.0, 20.0)
    rate_per_s: int = 10
    block_s: float = 600.0
    real_seconds: bool = False
    shuffle_s: int = 2
    retained_days: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        least, greatest = self.document_delay_s
        complaints = [
            *(
                ["the delay of documents must be from 0 up, the lesser number first"]
                if not 0 <= least <= greatest
                else []
            ),
            *(
                f"{name} must be 0 or more"
                for name in ("rate_per_s", "block_s", "shuffle_s", "retained_days")
                if getattr(self, name) < 0
            ),
        ]
        if complaints:
            raise InvalidInput(
                "these rules cannot be kept: " + "; ".join(complaints), advice="Change them accordingly."
            )
