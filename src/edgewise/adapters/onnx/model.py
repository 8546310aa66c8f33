"""What every trained model of text is: a folder with a name, loaded once, and put to its self test then."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from edgewise.adapters.onnx.encoder import loaded
from edgewise.adapters.onnx.folder import ModelFolder, open_folder
from edgewise.core.errors import Unusable

if TYPE_CHECKING:
    from pathlib import Path

    from edgewise.adapters.onnx.encoder import Encoder


class OnnxModel(ABC):
    """A model folder of one kind; `kind` and `_self_test` are the subclass's.

    path:    the folder, or a folder already opened.
    threads: batches that run at once.
    It travels to another process as the name of its folder, is loaded there once; nothing is loaded before the first
    text or `ready`.
    Raises as `open_folder` does, and Unusable ('model_of_another_kind') for a model of another kind.
    """

    kind: ClassVar[str]

    def __init__(self, path: Path | str | ModelFolder, *, threads: int = 1) -> None:
        self.folder = path if isinstance(path, ModelFolder) else open_folder(path)
        self._threads = threads
        if (found := self.folder.manifest.kind) != self.kind:
            raise Unusable(
                f"{self.folder.version} is a model of {found}, not of {self.kind}", reason="model_of_another_kind"
            )

    def __reduce__(self) -> tuple[object, ...]:
        return partial(type(self), threads=self._threads), (self.folder,)

    @property
    def version(self) -> str:
        """Name and version of the model."""
        return self.folder.version

    @property
    def fingerprint(self) -> str:
        """What names the model's bytes."""
        return self.folder.fingerprint

    def ready(self) -> None:
        """Load the model and put it to its self test. Raises Unusable ('self_test_failed') if it fails."""
        self._encoder()

    def _encoder(self) -> Encoder:
        return loaded(self.folder, threads=self._threads, check=self._self_test)

    @staticmethod
    @abstractmethod
    def _self_test(encoder: Encoder) -> None:
        """Raise Unusable unless the model knows its own samples."""
