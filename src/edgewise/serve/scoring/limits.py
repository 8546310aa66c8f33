"""How much the service takes on at once, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from edgewise.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of one worker process.

    request_bytes, batch_bytes: largest body of one request and of a batch; of a stored document, too, the first.
    batch_documents:            most entries of a batch.
    waiting_documents:          documents that may be in work or wait; more are refused with 503.
    waiting_characters:         their characters together; a single document is never refused for it.
    gather_s:                   how long sentences wait for those of other requests, seconds.
    sentences:                  most sentences that the model gets at once.
    cache_bytes:                memory for results; the same again for stored documents. 0 keeps nothing.
    body_s:                     a body that takes longer to arrive is refused, seconds.
    stuck_s:                    a model that is silent for so long makes the worker unready, seconds.

    Raises InvalidInput for a limit that is negative, or 0 where nothing could pass.
    """

    request_bytes: int = 4_000_000
    batch_bytes: int = 16_000_000
    batch_documents: int = 256
    waiting_documents: int = 256
    waiting_characters: int = 16_000_000
    gather_s: float = 0.005
    sentences: int = 256
    cache_bytes: int = 64_000_000
    body_s: float = 30.0
    stuck_s: float = 30.0

    def __post_init__(self) -> None:
        can_be_none = {"gather_s", "cache_bytes"}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if value < 0 or (value == 0 and name not in can_be_none):
                raise InvalidInput(f"the limit {name} cannot be {value}", advice="Give a positive number.")
