"""The security log at its depth: whoever writes a right or a credential notes it."""

import ast

import pytest

from tests.imports import functions, modules
from tests.store.test_rights import written_in

NOTED_ELSEWHERE = {
    "server.store.erasure.erase": "the act of erasing notes itself",
    "server.store.understudies.enlist": "made-up people of a rehearsal or demo, whose links are noted as they are made",
    "server.store.engine.jobs.claim": "its relations are those of leased work",
    "server.store.engine.jobs.hinder_due": "its relations are those of leased work",
    "server.store.retention.take_out": "roles of an event whose retention day has come",
    "server.store.retention._part_with": "it removes what nothing here needs any more, and no role",
    "server.demo.agenda._clear": "it deletes what the crowd did",
}
"""Writers of grants without an entry of their own, and the reason."""


def notes(function: ast.AST) -> bool:
    called = [ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]
    return "security_log.note" in called


def silent_writers() -> set[str]:
    return {
        f"{module}.{function.name}"  # type: ignore[attr-defined]
        for module, path in modules("server").items()
        if not module.startswith("server.store.migrations")
        for function in functions(ast.parse(path.read_text()))
        if written_in(function) & {"GrantRow", "any"} and not notes(function)
    }


def test_every_writer_of_a_role_notes_it() -> None:
    assert silent_writers() == set(NOTED_ELSEWHERE)


@pytest.mark.parametrize("name", ["begin_sign_in", "set_credentials", "_end"])
def test_every_writer_of_a_credential_notes_it(name: str) -> None:
    tree = ast.parse(modules("server/store")["server.store.credentials"].read_text())
    [function] = [each for each in functions(tree) if each.name == name]  # type: ignore[attr-defined]
    assert notes(function)
