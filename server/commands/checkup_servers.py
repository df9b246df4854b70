"""The checks of `plenary doctor` that ask other servers: for mail, media, TURN and objects. Nothing is left there."""

import os
import smtplib
import socket
import ssl
import struct
from contextlib import closing
from email.utils import parseaddr

import obstore
from obstore.exceptions import BaseError

from server.commands.finding import ANSWERS_WITHIN_S, Finding
from server.media.whereabouts import listen_address
from server.playback.object_store import open_store
from server.settings import TURN, Settings

DEFAULT_PORTS = {"tls": 465, "starttls": 587, "none": 25}
MAIL_SETTINGS = "Check PLENARY_MAIL_SERVER and PLENARY_MAIL_TLS: port 587 takes starttls, 465 takes tls, 25 often none."
TURN_PORTS = {"turn": 3478, "turns": 5349}
TURN_ANSWERS_WITHIN_S = 2
BINDING_REQUEST, BINDING_SUCCESS, STUN_COOKIE = 0x0001, 0x0101, 0x2112A442
"""The question that every STUN and TURN server answers, its answer, and the number that marks both (RFC 8489)."""
STUN_HEADER = struct.Struct("!HHI12s")
OBJECT = "plenary-doctor"
"""The key of the object that is put in the store and deleted again."""


def check_mail(settings: Settings) -> Finding:
    """Go as far as a delivery goes before it names a recipient: nothing is sent."""
    if not settings.mail_server:
        text = "no server is set: mail stays in the local outbox, to be read in the console"
        return Finding("note", text, "Set PLENARY_MAIL_SERVER before you invite people.")
    where = settings.mail_server
    try:
        with connected(settings) as server:
            return let_in(server, settings) or Finding("good", f"{where} takes mail from {settings.mail_from}")
    except ssl.SSLCertVerificationError as error:
        mend = "Set PLENARY_MAIL_SERVER to the name in its certificate, or give it one from a known authority."
        return Finding("bad", f"{where} has a certificate that is not trusted: {error.verify_message}", mend)
    except ssl.SSLError as error:
        return Finding("bad", f"{where} does not speak TLS from the start: {error.reason}", MAIL_SETTINGS)
    except OSError as error:
        return Finding("bad", f"{where} does not answer: {error}", MAIL_SETTINGS)


def connected(settings: Settings) -> smtplib.SMTP:
    """The SMTP server of the settings. Raises OSError, of which ssl.SSLError is one."""
    host, _, port_text = settings.mail_server.partition(":")
    port = int(port_text or DEFAULT_PORTS[settings.mail_tls])
    if settings.mail_tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=ANSWERS_WITHIN_S, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=ANSWERS_WITHIN_S)


def let_in(server: smtplib.SMTP, settings: Settings) -> Finding | None:
    """The step at which the server refuses us, None when it does not. Raises OSError when the connection breaks."""
    where = settings.mail_server
    try:
        if settings.mail_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException):
        return Finding("bad", f"{where} does not offer STARTTLS", MAIL_SETTINGS)
    try:
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
    except smtplib.SMTPAuthenticationError as error:
        text = f"{where} refuses the user name or the password: {said(error.smtp_code, error.smtp_error)}"
        return Finding("bad", text, "Check PLENARY_MAIL_USER and PLENARY_MAIL_PASSWORD.")
    except smtplib.SMTPNotSupportedError:
        mend = "Leave PLENARY_MAIL_USER out, or set PLENARY_MAIL_TLS to starttls or tls: many ask only then."
        return Finding("bad", f"{where} asks for no user name and no password", mend)
    server.ehlo_or_helo_if_needed()
    sender = parseaddr(settings.mail_from)[1]
    code, answer = server.mail(sender)
    if code != 250:
        mend = "Set PLENARY_MAIL_FROM to an address that this server sends for, and PLENARY_MAIL_USER if it needs one."
        return Finding("bad", f"{where} refuses the sender {sender}: {said(code, answer)}", mend)
    server.rset()
    return None


def said(code: int, answer: bytes | str) -> str:
    return f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"


def check_media(settings: Settings) -> Finding:
    """Check that the media process answers where one runs elsewhere, and that `plenary serve` could start one here."""
    try:
        address = listen_address(settings)
    except OSError as error:
        return Finding("bad", f"the media process has no place for its socket: {error}", "Remove that directory.")
    try:
        connect(address).close()
        return Finding("good", f"a media process answers at {address}")
    except OSError as error:
        if settings.media_listen:
            mend = "Start plenary media there with the same settings, or leave PLENARY_MEDIA_LISTEN out."
            return Finding("bad", f"no media process answers at {address}: {error}", mend)
    family, wildcard = (socket.AF_INET6, "::") if ":" in settings.media_address else (socket.AF_INET, "0.0.0.0")  # noqa: S104 - as the media process binds it
    with socket.socket(family, socket.SOCK_DGRAM) as port:
        try:
            port.bind((wildcard, settings.media_port))
        except OSError as error:
            mend = "End the program that has it, or set PLENARY_MEDIA_PORT to another."
            return Finding(
                "bad", f"UDP port {settings.media_port} cannot be used: {os.strerror(error.errno or 0)}", mend
            )
    return Finding("good", "plenary serve runs the media process")


def connect(address: str) -> socket.socket:
    """A connection to host:port or to the path of a Unix socket. Raises OSError."""
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(ANSWERS_WITHIN_S)
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS_WITHIN_S)


def check_turn(settings: Settings) -> Finding:
    """Check that each TURN server answers. One over DTLS (turns: by UDP) is not asked."""
    urls = [url.strip() for url in settings.turn_urls.split(",") if url.strip()]
    if not urls:
        return Finding("good", "not set; people who cannot send UDP cannot speak on stages")
    for url in urls:
        try:
            ask_turn(url)
        except OSError as error:
            mend = "Start it, open its port in the firewall, or check PLENARY_TURN_URLS."
            return Finding("bad", f"{url} does not answer: {error}", mend)
    return Finding("good", f"{', '.join(urls)}: answers")


def ask_turn(url: str) -> None:
    """Send a STUN binding request and wait for its answer. Raises OSError when there is none in time."""
    found = TURN.fullmatch(url)
    assert found, "the settings refuse it"
    scheme = url.partition(":")[0]
    is_udp = url.endswith("=udp") or (scheme == "turn" and not url.endswith("=tcp"))
    if is_udp and scheme == "turns":
        return
    where = (found["host"].strip("[]"), int(found["port"] or TURN_PORTS[scheme]))
    transaction = os.urandom(12)
    with closing(turn_line(where, is_udp=is_udp, is_tls=scheme == "turns")) as line:
        line.sendall(STUN_HEADER.pack(BINDING_REQUEST, 0, STUN_COOKIE, transaction))
        answer = line.recv(2048)
    kind, _, cookie, theirs = STUN_HEADER.unpack(answer[: STUN_HEADER.size].ljust(STUN_HEADER.size, b"\0"))
    if (kind, cookie, theirs) != (BINDING_SUCCESS, STUN_COOKIE, transaction):
        raise ConnectionError("something else than a TURN server answers")


def turn_line(where: tuple[str, int], *, is_udp: bool, is_tls: bool) -> socket.socket:
    """A connected socket to a TURN server, which waits for no answer longer than it may take. Raises OSError."""
    if not is_udp:
        line = socket.create_connection(where, timeout=TURN_ANSWERS_WITHIN_S)
        return ssl.create_default_context().wrap_socket(line, server_hostname=where[0]) if is_tls else line
    family, kind, protocol, _, address = socket.getaddrinfo(*where, type=socket.SOCK_DGRAM)[0]
    line = socket.socket(family, kind, protocol)
    line.settimeout(TURN_ANSWERS_WITHIN_S)
    line.connect(address)
    return line


def check_store(settings: Settings) -> Finding:
    """Put a small object in the store, and delete it."""
    mend = "Check PLENARY_STORE_URL and the AWS_… variables, and that their key may write and delete in the bucket."
    try:
        store = open_store(settings)
        if store is None:
            return Finding("good", "not set; the data directory serves stages")
        obstore.put(store, OBJECT, b"This may be deleted.\n")
        obstore.delete(store, OBJECT)
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        return Finding("bad", f"{settings.store_url} cannot be written: {reason}", mend)
    return Finding("good", f"{settings.store_url} can be written")
