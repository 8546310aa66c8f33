"""The student: a network small enough for streams and whole annual reports.

Pieces of words become vectors; blocks with a detour around each (residual) look at a few neighbours through a narrow
passage (bottleneck), where products are cheap; the greatest and the mean value of each channel over the sentence become
a vector that imitates the teacher's, and that goes to a linear head. Padding is zero wherever neighbours are looked at,
so a sentence has the same probabilities in every batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from edgewise.core.ports import TONES
from training.options import FAR_BELOW

if TYPE_CHECKING:
    from training.options import StudentOptions


class Block(nn.Module):
    """What a token's neighbours add to it: dimensions to `inner` channels, `width` tokens together, and back."""

    def __init__(self, dimensions: int, inner: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.narrow = nn.Linear(dimensions, inner, bias=False)
        self.mix = nn.Linear(width * inner, inner)
        self.widen = nn.Linear(inner, dimensions)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Return shape (n, tokens, dimensions) of states of that shape, zero where padded."""
        around, tokens = self.width // 2, states.shape[1]
        narrow = functional.pad(self.narrow(states), (0, 0, around, around))
        neighbours = torch.cat([narrow[:, first : first + tokens] for first in range(self.width)], 2)
        return self.widen(functional.gelu(self.mix(neighbours)))


class ConvolutionStudent(nn.Module):
    """Logits in order of `TONES` from token ids."""

    def __init__(self, pieces: int, options: StudentOptions, *, classes: int = len(TONES)) -> None:
        super().__init__()
        wide = options.dimensions
        self.options = options
        self.vectors = nn.Embedding(pieces, wide)
        self.blocks = nn.ModuleList(Block(wide, options.inner, width) for width in options.widths)
        self.dropout = nn.Dropout(options.dropout)
        self.gathered = nn.Linear(2 * wide, options.vector)
        self.vector = nn.Linear(options.vector, options.vector)
        self.head = nn.Linear(options.vector, classes)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits (n, classes) of token ids (n, tokens) and their mask, 1 for a token and 0 for padding."""
        return self.read(ids, mask)[0]

    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits as `forward` does, and the vectors (n, vector) that they are made of."""
        shown = mask.unsqueeze(2).to(self.head.weight.dtype)
        states = self.dropout(self.vectors(ids)) * shown
        for block in self.blocks:
            states = (states + block(states)) * shown
        greatest = (states + (1 - shown) * FAR_BELOW).amax(1)
        mean = states.sum(1) / shown.sum(1)
        gathered = functional.gelu(self.gathered(self.dropout(torch.cat([greatest, mean], 1))))
        vector = self.vector(gathered)
        return self.head(vector), vector

    def architecture(self) -> dict[str, Any]:
        """Return what builds the same network anew, weights apart."""
        return {
            "kind": "convolution",
            "pieces": self.vectors.num_embeddings,
            "dimensions": self.options.dimensions,
            "inner": self.options.inner,
            "widths": list(self.options.widths),
            "vector": self.options.vector,
            "dropout": self.options.dropout,
            "classes": self.head.out_features,
        }


def start_from(student: ConvolutionStudent, vectors: torch.Tensor) -> None:
    """Give the student the vectors of its pieces (pieces, any dimensions) by their principal components."""
    centred = vectors - vectors.mean(0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    kept = centred @ directions[: student.options.dimensions].T
    with torch.no_grad():
        student.vectors.weight[:, : kept.shape[1]] = kept / kept.std() * student.vectors.weight.std()
