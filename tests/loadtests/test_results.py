"""The file of results: a section for each benchmark, which every run replaces."""

import pytest

from loadtests.results import Figure, number, record


def test_a_benchmark_that_is_run_again_replaces_its_own_section_alone(tmp_path):
    file = tmp_path / "RESULTS.md"
    record("Ovation", "make ovation", [Figure("latency", [3.0, 1.0, 2.0], "ms")], file=file)
    record("Doors", "make doors", [Figure("arrivals", [10.0], "a second")], ["What limits it: the door."], file=file)
    record("Ovation", "make ovation", [Figure("latency", [5.0], "ms")], file=file)
    text = file.read_text()
    assert text.count("## ") == 2
    assert text.index("## Ovation") < text.index("## Doors")
    assert "| latency | 5 | 5 – 5 | 1 | ms |" in text
    assert text.endswith("What limits it: the door.\n")


def test_a_figure_states_its_median_its_spread_and_whether_it_reached_its_goal():
    figure = Figure("latency", [180.0, 210.4, 90.0], "ms", at_most=200)
    assert figure.row == "| latency | 180 | 90 – 210 | 3 | ms | ≤ 200 ✓ |"
    assert Figure("frames", [1.0], at_least=2).row.endswith("≥ 2 missed |")


def test_a_section_names_its_command_the_commit_and_the_machine(tmp_path):
    section = record("Ovation", "make ovation", [], file=tmp_path / "RESULTS.md")
    assert "`make ovation`" in section
    assert "commit " in section
    assert "Python 3" in section


@pytest.mark.parametrize(("value", "text"), [(81234.4, "81,234"), (12.34, "12.3"), (0.0842, "0.0842"), (3.0, "3")])
def test_numbers_are_written_for_people(value, text):
    assert number(value) == text
