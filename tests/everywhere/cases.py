"""A case for every address: the visitors who may come there, and the fields of its form. A new address needs a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from starlette.routing import Route, compile_path

from server.routes import ROUTES
from tests.everywhere.world import VISITORS, World

EVERYONE = frozenset(VISITORS)
SIGNED_IN = EVERYONE - {"stranger"}
INSIDE = frozenset({"delegate", "speaker", "organiser"})
SPEAKERS = frozenset({"speaker"})
REGISTERED = frozenset({"delegate"})
HOSTS = frozenset({"speaker", "organiser"})
CREW = frozenset({"organiser"})
STRONG = frozenset({"organiser", "other organiser"})
OWN = {"title": "A new one", "summary": "", "colour": "teal", "position": "1"}


@dataclass(frozen=True)
class Case:
    """A case for one address: `open_to` holds the visitors who may come there, `fields` a correctly filled form."""

    open_to: frozenset[str]
    fields: Mapping[str, str] = field(default_factory=dict)


def address(path: str, world: World, others: Mapping[str, str] = MappingProxyType({})) -> str:
    """The path with the value of an existing row for each of its parts, or with these others."""
    _, pattern, convertors = compile_path(path)
    parts = {name: world.params[STANDS_FOR.get((path, name), name)] for name in convertors}
    return pattern.format(**{**parts, **others})


STANDS_FOR = {
    ("/{event}/sessions/{session}/media/captions.vtt", "session"): "recorded",
    ("/{event}/sessions/{session}/download", "session"): "recorded",
    ("/{event}/sessions/{session}/recording.mp4", "session"): "recorded",
    ("/segments/{media_key}/{name}", "name"): "segment",
    ("/{event}/sessions/{session}/preview/{name}", "name"): "segment",
}
"""The name in `World.params` for parts of an address whose own name does not say what they are."""


def endpoints() -> dict[tuple[str, str], Route]:
    """The route of every HTTP address, by method and path."""
    return {
        (method, route.path): route
        for route in ROUTES
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }


SESSION = {
    "title": "Healthy Places",
    "kind": "talk",
    "starts": "{first_day}T21:00",
    "ends": "{first_day}T21:30",
    "abstract": "Why homes matter",
    "auto": "yes",
}
EVENT = {
    "title": "Another conference",
    "slug": "another-conference",
    "summary": "Two days",
    "hashtag": "another",
    "zone": "Europe/London",
    "starts_on": "{first_day}",
    "ends_on": "{last_day}",
    "target": "300",
    "capacity": "",
    "hold_hours": "48",
    "sectors": "NHS",
    "places": "Basildon",
}
SPEAKER = {"name": "A head teacher", "role": "Head", "organisation": "A school", "about": "Teaches", "email": ""}
ANSWERS = {"understanding": "8", "stars_content": "4", "learned": "Partnerships grow in adversity"}
TABLE = {"title": "Talk about homes", "topic": "Homes", "seats": "6", "speaker": "", "session": ""}
CREDENTIALS = {"email": "o@example.org", "password": "a long password", "code": "123456"}
NEW_PASSWORD = {
    "present": "",
    "password": "a long password",
    "again": "a long one",
    "secret": "A" * 32,
    "code": "123456",
}
DETAILS = {"name": "Chidi", "organisation": "A practice", "sector": "NHS"}
PERSON = {"name": "Chidi", "email": "chidi@example.org", "organisation": "A practice", "sector": "NHS"}
NOTICE = {
    "controller": "A council",
    "privacy_contact": "privacy@example.org",
    "privacy_note": "Public task",
    "privacy_link": "https://council.example/privacy",
}
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\nGood morning\n"

CASES: dict[tuple[str, str], Case] = {
    ("GET", "/livez"): Case(EVERYONE),
    ("GET", "/readyz"): Case(EVERYONE),
    ("GET", "/metrics"): Case(EVERYONE),
    ("GET", "/static/{path:path}"): Case(EVERYONE),
    ("GET", "/styleguide"): Case(EVERYONE),
    ("GET", "/"): Case(EVERYONE),
    ("GET", "/join/{token}"): Case(EVERYONE),
    ("POST", "/join/{token}"): Case(EVERYONE),
    ("GET", "/sign-in"): Case(EVERYONE),
    ("POST", "/sign-in"): Case(EVERYONE, CREDENTIALS),
    ("GET", "/sign-in/security"): Case(STRONG),
    ("POST", "/sign-in/security"): Case(STRONG, NEW_PASSWORD),
    ("POST", "/sign-out"): Case(EVERYONE),
    ("GET", "/devices"): Case(SIGNED_IN),
    ("POST", "/devices/others/end"): Case(SIGNED_IN),
    ("POST", "/devices/{device:uuid}/end"): Case(frozenset({"delegate"})),
    ("GET", "/events/new"): Case(CREW),
    ("POST", "/events/new"): Case(CREW, EVENT),
    ("POST", "/stages/{stage:uuid}/whip"): Case(HOSTS),
    ("OPTIONS", "/stages/{stage:uuid}/whip"): Case(EVERYONE),
    ("DELETE", "/stages/{stage:uuid}/whip/{connection}"): Case(frozenset()),
    ("OPTIONS", "/stages/{stage:uuid}/whip/{connection}"): Case(EVERYONE),
    ("POST", "/stages/{stage:uuid}/whep"): Case(HOSTS),
    ("OPTIONS", "/stages/{stage:uuid}/whep"): Case(EVERYONE),
    ("DELETE", "/stages/{stage:uuid}/whep/{connection}"): Case(frozenset()),
    ("OPTIONS", "/stages/{stage:uuid}/whep/{connection}"): Case(EVERYONE),
    ("GET", "/{event}"): Case(EVERYONE),
    ("GET", "/{event}/edit"): Case(CREW),
    ("POST", "/{event}/edit"): Case(CREW, {**EVENT, "slug": "demo"}),
    ("GET", "/{event}/share.svg"): Case(EVERYONE),
    ("GET", "/{event}/registration"): Case(EVERYONE),
    ("POST", "/{event}/registration"): Case(EVERYONE, PERSON),
    ("POST", "/{event}/registration/details"): Case(SIGNED_IN, DETAILS),
    ("GET", "/{event}/registration/done"): Case(EVERYONE),
    ("POST", "/{event}/registration/claim"): Case(SIGNED_IN),
    ("POST", "/{event}/registration/cancel"): Case(SIGNED_IN),
    ("GET", "/{event}/join-link"): Case(EVERYONE),
    ("POST", "/{event}/join-link"): Case(EVERYONE, {"email": "amina@example.org"}),
    ("GET", "/{event}/lobby"): Case(INSIDE),
    ("GET", "/{event}/agenda"): Case(EVERYONE),
    ("GET", "/{event}/agenda.ics"): Case(EVERYONE),
    ("POST", "/{event}/agenda/{session}/bookmark"): Case(INSIDE, {"kept": "yes", "back": "agenda"}),
    ("GET", "/{event}/sessions/{session}.ics"): Case(EVERYONE),
    ("GET", "/{event}/sessions/{session}"): Case(INSIDE),
    ("PUT", "/{event}/sessions/{session}/progress"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/download"): Case(INSIDE),
    ("POST", "/{event}/sessions/{session}/download"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/recording.mp4"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/crowd.json"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/media/poster.jpg"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/media/captions.vtt"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/media/{name}"): Case(INSIDE),
    ("GET", "/{event}/sessions/{session}/preview/{name}"): Case(CREW),
    ("GET", "/segments/{media_key}/{name}"): Case(EVERYONE),
    ("GET", "/{event}/recordings"): Case(INSIDE),
    ("GET", "/{event}/privacy"): Case(EVERYONE),
    ("GET", "/{event}/my-data"): Case(SIGNED_IN),
    ("GET", "/{event}/my-data/download"): Case(SIGNED_IN),
    ("POST", "/{event}/my-data/erase"): Case(SIGNED_IN, {"confirm": "yes"}),
    ("GET", "/{event}/lounge"): Case(INSIDE),
    ("GET", "/{event}/lounge/{table:uuid}"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/seat"): Case(INSIDE, {"shows_name": "no"}),
    ("PUT", "/{event}/lounge/{table:uuid}/seat"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/seat/{number:small}/free"): Case(HOSTS),
    ("POST", "/{event}/lounge/{table:uuid}/name"): Case(INSIDE, {"shows_name": "yes"}),
    ("POST", "/{event}/lounge/{table:uuid}/leave"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/queue"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/queue/leave"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/offer"): Case(INSIDE, {"answer": "accept", "shows_name": "no"}),
    ("POST", "/{event}/lounge/{table:uuid}/messages"): Case(INSIDE, {"text": "Good morning"}),
    ("POST", "/{event}/lounge/{table:uuid}/messages/{message:uuid}/remove"): Case(INSIDE),
    ("POST", "/{event}/lounge/{table:uuid}/move"): Case(HOSTS, {"move": "close"}),
    ("GET", "/{event}/surveys/{survey}"): Case(REGISTERED),
    ("POST", "/{event}/surveys/{survey}"): Case(REGISTERED, ANSWERS),
    ("GET", "/{event}/report"): Case(CREW),
    ("GET", "/{event}/report/export.{format}"): Case(CREW),
    ("GET", "/{event}/speaker"): Case(SPEAKERS),
    ("GET", "/{event}/console"): Case(CREW),
    ("POST", "/{event}/console/move"): Case(CREW, {"move": "close"}),
    ("POST", "/{event}/console/announcements"): Case(CREW, {"text": "Lunch is now"}),
    ("POST", "/{event}/console/announcements/{announcement:uuid}/withdraw"): Case(CREW),
    ("GET", "/{event}/console/privacy"): Case(CREW),
    ("POST", "/{event}/console/privacy"): Case(CREW, NOTICE),
    ("POST", "/{event}/console/privacy/day"): Case(CREW, {"retention_on": "{retention_day}", "reason": "A complaint"}),
    ("GET", "/{event}/console/registrations"): Case(CREW),
    ("GET", "/{event}/console/mail"): Case(CREW),
    ("POST", "/{event}/console/mail/again"): Case(CREW, {"state": "failed"}),
    ("GET", "/{event}/console/mail/{mail:uuid}"): Case(CREW),
    ("POST", "/{event}/console/mail/{mail:uuid}/again"): Case(CREW),
    ("GET", "/{event}/console/security-log"): Case(CREW),
    ("GET", "/{event}/console/security-log.csv.zip"): Case(CREW),
    ("GET", "/{event}/console/sessions"): Case(CREW),
    ("GET", "/{event}/console/sessions/new"): Case(CREW),
    ("POST", "/{event}/console/sessions/new"): Case(CREW, SESSION),
    ("GET", "/{event}/console/sessions/{session}"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}"): Case(CREW, SESSION),
    ("POST", "/{event}/console/sessions/{session}/delete"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}/move"): Case(CREW, {"move": "pause"}),
    ("POST", "/{event}/console/sessions/{session}/recording"): Case(CREW, {"move": "withdraw"}),
    ("GET", "/{event}/console/sessions/{session}/recording"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}/recording/cut"): Case(CREW, {"begins": "0:02", "ends": "1:30"}),
    ("POST", "/{event}/console/sessions/{session}/recording/captions"): Case(CREW, {"text": CAPTIONS}),
    ("POST", "/{event}/console/sessions/{session}/recording/check"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}/recording/draft"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}/recording/draft/keep"): Case(CREW, {"text": CAPTIONS}),
    ("POST", "/{event}/console/sessions/{session}/recording/draft/delete"): Case(CREW),
    ("POST", "/{event}/console/sessions/{session}/recording/download"): Case(CREW, {"allowed": "yes"}),
    ("POST", "/{event}/console/sessions/{session}/chapters"): Case(CREW, {"title": "Welcome", "at": "now"}),
    ("POST", "/{event}/console/sessions/{session}/chapters/{chapter:uuid}"): Case(CREW, {"title": "Why", "at": "0:02"}),
    ("POST", "/{event}/console/sessions/{session}/chapters/{chapter:uuid}/delete"): Case(CREW),
    ("GET", "/{event}/stages/{stage:uuid}"): Case(HOSTS),
    ("GET", "/{event}/console/stages"): Case(CREW),
    ("POST", "/{event}/console/stages"): Case(CREW, {"title": "Small stage"}),
    ("GET", "/{event}/console/stages/{stage:uuid}"): Case(CREW),
    ("GET", "/{event}/console/stages/{stage:uuid}/edit"): Case(CREW),
    ("POST", "/{event}/console/stages/{stage:uuid}/edit"): Case(CREW, {"title": "Small stage", "low_latency": "yes"}),
    ("POST", "/{event}/console/stages/{stage:uuid}/direct"): Case(CREW, {"do": "follow-voice"}),
    ("POST", "/{event}/console/stages/{stage:uuid}/key"): Case(CREW),
    ("POST", "/{event}/console/stages/{stage:uuid}/delete"): Case(CREW),
    ("GET", "/{event}/console/films"): Case(CREW),
    ("POST", "/{event}/console/films"): Case(CREW),
    ("PATCH", "/{event}/console/films/{upload:uuid}"): Case(CREW),
    ("POST", "/{event}/console/films/{upload:uuid}/again"): Case(CREW),
    ("POST", "/{event}/console/films/{upload:uuid}/delete"): Case(CREW),
    ("GET", "/{event}/console/tracks"): Case(CREW),
    ("GET", "/{event}/console/tracks/new"): Case(CREW),
    ("POST", "/{event}/console/tracks/new"): Case(CREW, OWN),
    ("GET", "/{event}/console/tracks/{track:uuid}"): Case(CREW),
    ("POST", "/{event}/console/tracks/{track:uuid}"): Case(CREW, OWN),
    ("POST", "/{event}/console/tracks/{track:uuid}/delete"): Case(CREW),
    ("GET", "/{event}/console/speakers"): Case(CREW),
    ("GET", "/{event}/console/speakers/new"): Case(CREW),
    ("POST", "/{event}/console/speakers/new"): Case(CREW, SPEAKER),
    ("GET", "/{event}/console/speakers/{speaker:uuid}"): Case(CREW),
    ("POST", "/{event}/console/speakers/{speaker:uuid}"): Case(CREW, SPEAKER),
    ("POST", "/{event}/console/speakers/{speaker:uuid}/invite"): Case(CREW),
    ("POST", "/{event}/console/speakers/{speaker:uuid}/delete"): Case(CREW),
    ("GET", "/{event}/console/tables"): Case(CREW),
    ("GET", "/{event}/console/tables/new"): Case(CREW),
    ("POST", "/{event}/console/tables/new"): Case(CREW, TABLE),
    ("GET", "/{event}/console/tables/{table:uuid}"): Case(CREW),
    ("POST", "/{event}/console/tables/{table:uuid}"): Case(CREW, TABLE),
    ("POST", "/{event}/console/tables/{table:uuid}/delete"): Case(CREW),
}
