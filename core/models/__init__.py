"""Classifiers that answer, give gradients, and say which words mattered."""
