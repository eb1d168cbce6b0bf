"""Says at the end how many inputs were tried."""

from typing import Any

from tests.fuzz import mangled


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if mangled.drawn:
        terminalreporter.write_line(f"Fuzzed inputs: {mangled.drawn:,}, FIREBERT_FUZZ_SEED={mangled.SEED}.")
