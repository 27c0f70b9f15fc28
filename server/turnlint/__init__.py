"""turnlint: a language server and linter for the files that language models are fine-tuned on."""

__version__ = "0.1.0"
