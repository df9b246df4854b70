"""The sentence and the remedy of `plenary doctor` for each misconfiguration: a table, whose rows are really made.

Settings that end every start are the table `WRONG` of `test_serve.py`.
"""

import os
import re
import resource
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from server.commands.checkup import CHECKS, WRITES_BYTES
from server.settings import Settings
from tests import databases
from tests.engines.coturn import SECRET, Coturn
from tests.engines.fixtures import running
from tests.engines.object_store import BUCKET, ObjectStore
from tests.engines.process import free_port

Made = Iterator[dict[str, Any]]


class NoSender:
    """A mail server's rules: it sends for nobody."""

    async def handle_MAIL(self, *_: object) -> str:
        return "550 not for you"


@contextmanager
def mailing(handler: object = None, **more: Any) -> Iterator[dict[str, Any]]:
    """The settings for an SMTP server that runs with these options."""
    controller = Controller(handler or object(), hostname="127.0.0.1", port=free_port(), **more)
    controller.start()
    try:
        yield {"mail_server": f"127.0.0.1:{controller.port}", "mail_tls": "none"}
    finally:
        controller.stop()


def own_certificate(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that its owner has signed."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2")
    subprocess.run((*made, "-keyout", key, "-out", certificate), check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


def nobody_takes_mail(folder: Path) -> Made:
    yield {"mail_server": f"127.0.0.1:{free_port()}", "mail_tls": "none"}


def no_starttls(folder: Path) -> Made:
    with mailing() as settings:
        yield {**settings, "mail_tls": "starttls"}


def no_tls_from_the_start(folder: Path) -> Made:
    with mailing() as settings:
        yield {**settings, "mail_tls": "tls"}


def own_certificate_for_mail(folder: Path) -> Made:
    with mailing(tls_context=own_certificate(folder)) as settings:
        yield {**settings, "mail_tls": "starttls"}


def another_mail_password(folder: Path) -> Made:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with mailing(authenticator=refuse, auth_require_tls=False) as settings:
        yield {**settings, "mail_user": "plenary", "mail_password": "another"}


def a_mail_password_before_tls(folder: Path) -> Made:
    with mailing() as settings:
        yield {**settings, "mail_user": "plenary", "mail_password": "right"}


def another_sender(folder: Path) -> Made:
    with mailing(NoSender()) as settings:
        yield {**settings, "mail_from": "Plenary <conference@example.org>"}


def no_media_process(folder: Path) -> Made:
    yield {"media_listen": f"127.0.0.1:{free_port()}"}


def a_taken_media_port(folder: Path) -> Made:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield {"media_port": taken.getsockname()[1]}


def a_silent_turn_server(folder: Path) -> Made:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield {"turn_urls": f"turn:127.0.0.1:{silent.getsockname()[1]}", "turn_secret": "shared"}


def no_turn_server_by_tcp(folder: Path) -> Made:
    yield {"turn_urls": f"turn:127.0.0.1:{free_port()}?transport=tcp", "turn_secret": "shared"}


def mail_where_turn_is_meant(folder: Path) -> Made:
    with mailing() as settings:
        yield {"turn_urls": f"turn:{settings['mail_server']}?transport=tcp", "turn_secret": "shared"}


def no_such_bucket(folder: Path) -> Made:
    for store in running(ObjectStore, folder / "object-store"):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in store.environment_of_clients.items():
                patch.setenv(name, value)
            yield {"store_url": "s3://another", "store_public_url": store.address}


def damaged_pages(folder: Path) -> Made:
    databases.sqlite_database(folder)
    file = folder / "plenary.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        [page_bytes] = database.execute("PRAGMA page_size").fetchone()
        database.execute("PRAGMA journal_mode = DELETE")
        [page] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'person'").fetchone()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * page_bytes)
        pages.write(b"\xff" * page_bytes)
    yield {}


def not_a_database(folder: Path) -> Made:
    (folder / "plenary.sqlite3").write_bytes(b"This is no database. " * 1_000)
    yield {}


TABLE: dict[str, tuple[Callable[[Path], Made], str, str]] = {
    "nobody takes mail": (nobody_takes_mail, "mail .*does not answer: .*refused", "PLENARY_MAIL_SERVER"),
    "no STARTTLS": (no_starttls, "mail .*does not offer STARTTLS", "PLENARY_MAIL_TLS"),
    "no TLS from the start": (no_tls_from_the_start, "mail .*does not speak TLS from the start", "465 takes tls"),
    "a certificate nobody knows": (own_certificate_for_mail, "mail .*not trusted: self", "name in its certificate"),
    "another mail password": (
        another_mail_password,
        "mail .*refuses the user name or the password: 535",
        "MAIL_PASSWORD",
    ),
    "a password before TLS": (a_mail_password_before_tls, "mail .*asks for no user name", "starttls or tls"),
    "another sender": (
        another_sender,
        "mail .*the sender conference@example.org: 550 not for you",
        "PLENARY_MAIL_FROM",
    ),
    "no media process": (no_media_process, "media .*no media process answers at 127.0.0.1", "Start plenary media"),
    "a taken media port": (a_taken_media_port, r"media .*UDP port \d+ cannot be used: .*in use", "PLENARY_MEDIA_PORT"),
    "a silent TURN server": (a_silent_turn_server, "turn .*does not answer: timed out", "open its port"),
    "no TURN server": (no_turn_server_by_tcp, "turn .*does not answer: .*refused", "PLENARY_TURN_URLS"),
    "mail at TURN's port": (mail_where_turn_is_meant, "turn .*something else than a TURN", "PLENARY_TURN_URLS"),
    "no such bucket": (no_such_bucket, "store .*s3://another cannot be written", "PLENARY_STORE_URL and the AWS_"),
    "damaged pages": (damaged_pages, "database .*the database is damaged", "put back the newest backup"),
    "another file": (not_a_database, "database .*damaged, or its disk is: file is not", "put back the newest backup"),
}
"""Each misconfiguration: how it is made, the name of the check with its sentence, and the remedy under it."""


@pytest.mark.parametrize("wrong", TABLE)
def test_what_is_wrong_is_said_with_its_remedy(wrong: str, tmp_path: Path) -> None:
    making, said, mend = TABLE[wrong]
    name = said.partition(" ")[0]
    with contextmanager(making)(tmp_path) as chosen:
        finding = CHECKS[name](Settings(data=tmp_path, **chosen))
    assert finding.state == "bad"
    assert re.search(said, f"{name} {finding.text}")
    assert re.search(mend, finding.mend)


def test_a_mail_server_that_takes_our_mail_is_well_and_gets_none(tmp_path: Path) -> None:
    with mailing() as settings:
        assert CHECKS["mail"](Settings(data=tmp_path, **settings)).state == "good"


def test_a_turn_server_that_answers_is_well(coturn: Coturn, tmp_path: Path) -> None:
    assert CHECKS["turn"](Settings(data=tmp_path, turn_urls=coturn.url, turn_secret=SECRET)).state == "good"


def test_a_store_that_takes_an_object_is_well_and_keeps_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for store in running(ObjectStore, tmp_path / "object-store"):
        for name, value in store.environment_of_clients.items():
            monkeypatch.setenv(name, value)
        chosen = {"store_url": f"s3://{BUCKET}/prefix", "store_public_url": store.address}
        assert CHECKS["store"](Settings(data=tmp_path, **chosen)).state == "good"
        assert store.keys == set()


def test_a_disk_without_room_is_wrong(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (WRITES_BYTES - 1, WRITES_BYTES - 1))

    environment = {**os.environ, "PLENARY_DATA": str(tmp_path)}
    command = (sys.executable, "-m", "server", "doctor")
    ended = subprocess.run(command, env=environment, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert re.search(rf"WRONG data .*{tmp_path} has no room for 8 MB: \d+ MB are free\n +→ Free some", ended.stdout)
