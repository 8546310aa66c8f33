"""Trained models that ship with the package, a folder each: graph, tokenizer, `model.json` and the card. No code."""
