"""The words of a check that can always say."""

from core.evaluation.audit.finding import passed


def test_a_check_that_can_always_say_passes_or_fails() -> None:
    assert (passed(True), passed(False)) == ("pass", "fail")
