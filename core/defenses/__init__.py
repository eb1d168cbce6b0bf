"""Defences: each wraps a classifier and is a classifier, so FuSE(FACT) and FIVE(FACT) are compositions."""
