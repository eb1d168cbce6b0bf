"""Attacks: searches for a text that fools a classifier, as streams of plain events."""
