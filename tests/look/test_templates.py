"""Templates as a reader finds them: small macros, and each page's templates beside its module's name."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from tests.imports import ROOT

TEMPLATES = ROOT / "templates"
MOST_PARAMETERS = 6
"""What needs more takes one object, as a page's view computes it."""


def macros() -> Iterator[tuple[Path, nodes.Macro]]:
    environment = Environment(extensions=["jinja2.ext.do"])
    for path in TEMPLATES.rglob("*.html"):
        for macro in environment.parse(path.read_text()).find_all(nodes.Macro):
            yield path.relative_to(TEMPLATES), macro


def test_no_macro_has_more_parameters_than_a_reader_can_hold() -> None:
    assert not [f"{path}: {macro.name}" for path, macro in macros() if len(macro.args) > MOST_PARAMETERS]
