"""The student: a network small enough for streams and whole annual reports.

Pieces of words become vectors; two convolutions with a detour around each (residual) see three and five neighbours;
the greatest and the mean value of each channel over the sentence go to a linear head. Padding is zero before each
convolution, so a sentence has the same probabilities in every batch.
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


class ConvolutionStudent(nn.Module):
    """Logits in order of `TONES` from token ids."""

    def __init__(self, pieces: int, options: StudentOptions, *, classes: int = len(TONES)) -> None:
        super().__init__()
        wide = options.dimensions
        self.options = options
        self.vectors = nn.Embedding(pieces, wide)
        self.convolutions = nn.ModuleList(nn.Conv1d(wide, wide, width, padding=width // 2) for width in options.widths)
        self.dropout = nn.Dropout(options.dropout)
        self.head = nn.Linear(2 * wide, classes)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return logits (n, classes) of token ids (n, tokens) and their mask, 1 for a token and 0 for padding."""
        shown = mask.unsqueeze(1).to(self.head.weight.dtype)
        states = self.dropout(self.vectors(ids)).transpose(1, 2) * shown
        for convolution in self.convolutions:
            states = (states + functional.gelu(convolution(states))) * shown
        greatest = (states + (1 - shown) * FAR_BELOW).amax(2)
        mean = states.sum(2) / shown.sum(2)
        return self.head(self.dropout(torch.cat([greatest, mean], 1)))

    def architecture(self) -> dict[str, Any]:
        """Return what builds the same network anew, weights apart."""
        return {
            "kind": "convolution",
            "pieces": self.vectors.num_embeddings,
            "dimensions": self.options.dimensions,
            "widths": list(self.options.widths),
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
