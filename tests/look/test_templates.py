"""Templates as a reader finds them: small macros, and each page's templates beside its module's name."""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from tests.imports import ROOT

TEMPLATES = ROOT / "templates"
PAGES = ROOT / "server" / "pages"
MOST_PARAMETERS = 6
"""A macro that needs more takes one object, as a page's view computes it."""
ATTRIBUTES = {
    *("autocapitalize", "autocomplete", "disabled", "formaction", "id", "inputmode", "max", "maxlength", "min"),
    *("minlength", "rows", "spellcheck", "type"),
}
"""The keywords that a template gives a control beside the parameters of its macro."""
SHARED = {"components", "mail", "errors", "console/frames"}
"""Folders of templates that belong to no page."""


def parse(path: Path) -> nodes.Template:
    return Environment(extensions=["jinja2.ext.do"]).parse(path.read_text())


def macros() -> Iterator[tuple[Path, nodes.Macro]]:
    for path in TEMPLATES.rglob("*.html"):
        for macro in parse(path).find_all(nodes.Macro):
            yield path.relative_to(TEMPLATES), macro


def test_no_macro_has_more_parameters_than_a_reader_can_hold() -> None:
    assert not [f"{path}: {macro.name}" for path, macro in macros() if len(macro.args) > MOST_PARAMETERS]


def test_every_keyword_of_a_control_is_a_parameter_or_an_attribute() -> None:
    known = {macro.name: {arg.name for arg in macro.args} for path, macro in macros() if path.name == "forms.html"}
    wrong = []
    for path in TEMPLATES.rglob("*.html"):
        for call in parse(path).find_all(nodes.Call):
            if isinstance(call.node, nodes.Getattr) and isinstance(call.node.node, nodes.Name):
                is_control = call.node.node.name == "forms"
                given = {keyword.key for keyword in call.kwargs} if is_control else set()
                wrong += [f"{path.name}: {key}" for key in given - known.get(call.node.attr, set()) - ATTRIBUTES]
    assert not wrong


def test_every_folder_of_templates_is_named_after_its_page() -> None:
    folders = {path.parent.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")} - {"."}
    pages = {path.relative_to(PAGES).with_suffix("").as_posix() for path in PAGES.rglob("*.py")}
    assert folders - SHARED <= pages


def test_a_page_draws_templates_of_its_own_folder_alone() -> None:
    wrong = []
    for path in PAGES.rglob("*.py"):
        page = path.relative_to(PAGES).with_suffix("").as_posix()
        named = re.findall(r'"([a-z_/]+)/[a-z_-]+\.html"', path.read_text())
        wrong += [f"{page}: {folder}" for folder in named if folder != page]
    assert not wrong
