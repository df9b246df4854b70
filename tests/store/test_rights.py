"""The signal that rights have changed: raised by every writer, and read in the order of the commits."""

import ast
import asyncio
import uuid
from collections.abc import Iterator

import pytest

from server.store import rights
from server.store.engine.database import Database
from tests.imports import functions, modules

RELATIONS = {"GrantRow", "SignIn", "Registration", "Event", "Session"}
"""The relations on which rights rest."""
STATEMENTS = {"insert", "insert_into", "update", "delete"}
ADDING = {"db.add", "db.add_all", "db.delete"}
NO_CHANGE = {
    "server.store.credentials.begin_sign_in": "a new sign-in takes nothing from a connection of another",
    "server.trust.sign_in.keep_seen": "the last use of a sign-in decides nothing",
    "server.store.credentials.note_use": "the last use of a sign-in decides nothing by itself",
    "server.store.registrations.change": "a registration's details give no right",
    "server.store.erasure._forget_words": "a registration's words give no right, and `erase` raises the signal",
    "server.store.planning.create_session": "nobody watches a session that is new",
    "server.store.planning.change_session": "it has hours, titles and films, no state and no recording",
    "server.store.planning.delete_session": "only a session that was never live is deleted",
    "server.store.engine.jobs.claim": "its relations are those of leased work",
    "server.store.engine.jobs.hinder_due": "its relations are those of leased work",
    "server.store.retention.change": "it writes the privacy notice and the retention day",
    "server.store.retention.promise": "the retention day gives no right before it has come",
    "server.demo.agenda._clear": "it deletes what the crowd did",
    "server.demo.agenda.add_session": "nobody watches a session that is new",
    "server.demo.audience.seat_crowd": "the crowd of the demo never signs in",
    "server.demo.furnishing.furnish_event": "the demo's own event is open from the start",
}
"""Writers of those relations that change nobody's rights, and the reason."""


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def rows_of(function: ast.AST) -> dict[str, str]:
    """The names in a function that stand for rows of one of the relations, by annotation or by their making."""
    rows = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.annotation is not None and name_of(node.annotation) in RELATIONS:
            rows[node.arg] = name_of(node.annotation)
        if isinstance(node, ast.Assign) and name_of(node.value) in RELATIONS:
            rows |= {name_of(target): name_of(node.value) for target in node.targets}
    return rows


def written_in(function: ast.AST) -> set[str]:
    """The relations that a function writes; `any` for a relation that is named only as it runs."""
    rows, written = rows_of(function), set()
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        named = [name_of(argument) for argument in call.args]
        if name_of(call) in STATEMENTS:
            written |= RELATIONS.intersection(named) | ({"any"} if "relation" in named else set())
        if ast.unparse(call.func) in ADDING:
            written |= {rows[name] for name in named if name in rows} | RELATIONS.intersection(named)
    return written


def writers() -> Iterator[tuple[str, ast.AST]]:
    for module, path in modules("server").items():
        if not module.startswith("server.store.migrations"):
            for function in functions(ast.parse(path.read_text())):
                if written_in(function):
                    yield f"{module}.{function.name}", function


def raises_signal(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == "rights.changed" for node in ast.walk(function))


def test_every_writer_of_a_right_raises_the_signal() -> None:
    silent = {name for name, function in writers() if not raises_signal(function)}
    assert silent <= set(NO_CHANGE), f"call rights.changed in {sorted(silent - set(NO_CHANGE))}"


def test_the_list_of_silent_writers_names_no_other() -> None:
    silent = {name for name, function in writers() if not raises_signal(function)}
    assert set(NO_CHANGE) - silent == set()


@pytest.mark.parametrize(
    "source",
    [
        "async def take(db):\n    await db.exec(delete(GrantRow).where(True))",
        "async def give(db):\n    db.add(GrantRow(role='organiser'))",
        "async def cancel(db, row: Registration):\n    row.state = 'cancelled'\n    db.add(row)",
        "async def shut(db):\n    await db.exec(update(Event).values(state='closed'))",
        "async def wipe(db):\n    for relation in REMOVED:\n        await db.exec(delete(relation))",
    ],
)
def test_a_writer_is_found_however_it_writes(source: str) -> None:
    [function] = functions(ast.parse(source))
    assert written_in(function)
    assert not raises_signal(function)


async def test_what_has_changed_since_a_revision_is_read_once(database: Database) -> None:
    person, event, session = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    async with database.reading() as db:
        before = await rights.changes_since(db, None)
    assert before.is_unknown
    async with database.writing() as db:
        rights.changed(db, people=[person], events=[event])
        rights.changed(db, people=[person], sessions=[session])
    async with database.reading() as db:
        found = await rights.changes_since(db, before.revision)
        assert (found.people, found.events, found.sessions) == ({person}, {event}, {session})
        assert not await rights.changes_since(db, found.revision)


async def test_a_change_that_is_undone_is_no_change(database: Database) -> None:
    async with database.reading() as db:
        before = await rights.changes_since(db, None)
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as db:
            rights.changed(db, people=[uuid.uuid4()])
            raise ZeroDivisionError
    async with database.reading() as db:
        assert not await rights.changes_since(db, before.revision)


async def test_no_change_is_missed_while_many_are_written(database: Database) -> None:
    """A reader that asks for what is newer than it has seen must never have overtaken a slower transaction."""
    people, seen = [uuid.uuid4() for _ in range(40)], set[uuid.UUID]()
    async with database.reading() as db:
        reached = (await rights.changes_since(db, None)).revision

    async def change(person: uuid.UUID) -> None:
        async with database.writing() as db:
            rights.changed(db, people=[person])

    writing = [asyncio.create_task(change(person)) for person in people]
    while not seen.issuperset(people):
        async with database.reading() as db:
            found = await rights.changes_since(db, reached)
        seen, reached = seen | found.people, found.revision
        if all(task.done() for task in writing):
            async with database.reading() as db:
                seen |= (await rights.changes_since(db, reached)).people
            break
    await asyncio.gather(*writing)
    assert seen == set(people)
