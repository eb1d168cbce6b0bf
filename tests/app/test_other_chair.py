"""The other chair answers from what is stored: every step falls, a cost allows what it pays for, a guess is judged."""

from app.other_chair import AS_THEY_ARE, TEXTFOOLER, Chair, budgets, chairs, within
from app.present.chair import told
from core.evaluation.results import Result


def figure(row: str, value: float) -> Result:
    return Result(row, "still right", "mnli", "m", value, "c", 200, value - 0.05, value + 0.05)


def test_every_defence_has_its_cost_and_its_steps() -> None:
    rows = {chair.title: chair.rows for chair in chairs()}
    assert rows["Plain"] == rows["FACT"] == 1
    assert min(rows["FuSE"], rows["FIVE"]) > 1
    assert rows["FuSE(FACT)"] == rows["FuSE"]
    for chair in chairs():
        assert chair.steps[0].row == AS_THEY_ARE
        assert any(step.row.startswith(TEXTFOOLER) for step in chair.steps)
        values = [step.value for step in chair.steps]
        assert values == sorted(values, reverse=True)


def test_a_cost_allows_what_it_pays_for() -> None:
    assert {chair.title for chair in within(1)} == {"Plain", "FACT"}
    assert within(budgets()[-1]) == chairs()


def test_a_guess_is_judged_by_the_stored_figure_and_its_interval() -> None:
    chair = Chair("X<", 1, (figure(AS_THEY_ARE, 0.8), figure("A", 0.5), figure("B", 0.3)))
    assert (chair.half, chair.last.value) == ("B", 0.3)
    said = told(chair, 33, 1)
    assert "You said 33 of 100; 30 it is, within its interval." in said
    assert "gone after: B." in said
    assert "X&lt;" in said
    assert "40 off" in told(chair, 70, 1)
