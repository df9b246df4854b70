"""The application: the only place where objects are made and wired."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.datastructures import URLPath
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from rooms.bus import Bus
from rooms.bus.memory import MemoryBus
from rooms.bus.redis.bus import RedisBus
from server.duties import DUTIES
from server.live import announce
from server.live import running as live
from server.live.rights import RightsWatch, in_rooms
from server.media.backstage import Backstage
from server.media.conductor import Conductor
from server.media.line import MediaLine
from server.playback.admissions import Admissions
from server.playback.airings import Airings
from server.playback.lookout import Lookout
from server.playback.object_store import open_store
from server.playback.prepared import PARTS_BYTES, FileShelf, Shelf
from server.routes import MACHINES, RESERVED_SLUGS, ROUTES
from server.running.duties import Duty, running
from server.running.readiness import Readiness
from server.running.wall_clock import WallClock
from server.settings import Settings
from server.store import migrations
from server.store.engine.database import Database
from server.trust.secret import derive, load_secret
from server.web.answers import HANDLERS, surprise
from server.web.middleware import BodyLimit, PlainAddress, RequestLog, SameOrigin, SecurityHeaders, WhoIsThis
from server.web.rate_limits import RateLimits
from server.web.security_log import NoteRefusals, RoomForRefusals
from server.web.templating import environment
from server.web.underway import Underway


class Application(Starlette):
    """A Starlette application that finds an address by its name at once: trying each route cost a third of a page."""

    def __init__(self, routes: Sequence[BaseRoute], **options: Any) -> None:
        super().__init__(routes=routes, **options)
        self._named = {route.name: route for route in routes if isinstance(route, Route | WebSocketRoute)}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Raises starlette.routing.NoMatchFound."""
        route = self._named.get(name)
        return route.url_path_for(name, **path_params) if route else super().url_path_for(name, **path_params)


def create_app(settings: Settings, duties: Sequence[Duty] = ()) -> Starlette:
    """Make the application of `plenary serve`, with more `duties`. The database must have the newest schema."""
    secret = load_secret(settings)
    database, bus = Database(settings.database), make_bus(settings, secret)
    database.after_commit.append(announce.through(bus))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with bus.running(), live.running(app.state.hub), running(app, (*DUTIES, *duties)):
                yield
        finally:
            await database.close()

    app = Application(
        ROUTES,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(ServerErrorMiddleware, handler=surprise),  # Starlette's own stands outside of the headers
            Middleware(WhoIsThis),
            Middleware(NoteRefusals),
            Middleware(PlainAddress),
            Middleware(SameOrigin, settings=settings),
            Middleware(BodyLimit),
        ],
    )
    app.state.settings = settings
    app.state.secret = secret
    app.state.db = database
    app.state.wall_clock = WallClock(settings.data)
    app.state.readiness = Readiness(database, migrations.newest)
    app.state.reserved_slugs, app.state.machines = RESERVED_SLUGS, MACHINES
    app.state.hub = live.make_hub(database, bus)
    app.state.limits, app.state.refusals = RateLimits(), RoomForRefusals()
    app.state.figuring = CapacityLimiter(1)
    app.state.templates = environment()
    app.state.playlists, app.state.files, app.state.parts = Shelf(), FileShelf(), FileShelf(PARTS_BYTES)
    app.state.lookout = Lookout()
    app.state.airings = Airings(database, settings)
    app.state.admissions = Admissions()
    app.state.object_store = open_store(settings)
    app.state.media = MediaLine(settings, derive(secret, "media"))
    app.state.conductor = Conductor(database, app.state.media)
    database.after_commit.append(app.state.conductor.note)
    database.after_commit.append(app.state.airings.forget)
    app.state.backstage = Backstage(database, app.state.media)
    app.state.rights = RightsWatch(
        database, bus, in_rooms(app.state.hub), app.state.admissions.forget, app.state.backstage.doubt
    )
    app.state.underway = Underway()
    app.state.rights.obeying.append(lambda _: app.state.underway.doubt())
    database.after_commit.append(app.state.rights.note)
    return app


def make_bus(settings: Settings, secret: bytes) -> Bus:
    """The bus over Redis where that is set, under names derived from the installation's secret; else in-process."""
    if not settings.redis_url:
        return MemoryBus()
    return RedisBus(settings.redis_url, f"plenary:{derive(secret, 'bus').hex()[:16]}:")
