"""Measuring: metrics over whole sets, intervals, evaluation of any classifier on any file, benchmarks."""
