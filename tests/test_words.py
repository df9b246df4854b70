"""Plain words: each docstring begins with a noun or a verb."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imports import ROOT

FOLDERS = ("rooms", "server", "loadtests", "tests")
OPENING = re.compile(
    r"(What|Who|Whom|Whose|Whether|How|Where|When|Which|Whoever|Whatever|That|Those|It|They|So)\b(?!-)"
)
"""First words after which the sentence has to be read twice."""


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Every string that stands as a statement in a file, with its line: of a module, class, function or attribute."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value.strip()


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_docstring_opens_with_a_question_word_or_a_pronoun(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, text in docstrings(path)
        if OPENING.match(text)
    ]
    assert not wrong, "\n".join(wrong)
