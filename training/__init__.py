"""Makes language models: data, training, distillation, export, evaluation. Never imported by `edgewise`.

1. `data/` builds labelled sentences, each source a file, and takes out whatever resembles an evaluation set.
2. `train` fine-tunes an encoder; `distil` teaches a small, fast student what it knows.
3. `export` turns a checkpoint into a model folder, which `edgewise` loads without torch.
4. `evaluate` judges a model folder on sets that no training saw.

What is configured stands in `configs/`, what was done in `records/`.
"""
