"""Trained models of text, run by ONNX Runtime from a model folder. The two packages it needs load at first use."""

from edgewise.adapters.onnx.embed import OnnxEmbedder
from edgewise.adapters.onnx.folder import ModelFolder, open_folder, packaged_models
from edgewise.adapters.onnx.tone import OnnxSentenceTone

__all__ = ["ModelFolder", "OnnxEmbedder", "OnnxSentenceTone", "open_folder", "packaged_models"]
