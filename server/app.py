"""The application: the only place where objects are made and wired."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from rooms.bus.memory import MemoryBus
from server import background
from server.admissions import Admissions
from server.background import Duty
from server.broadcasts import Broadcasts
from server.errors import HANDLERS
from server.live import announce
from server.live import running as live
from server.middleware import BodyLimit, RequestLog, SameOrigin, SecurityHeaders, WhoIsThis
from server.prepared import FileShelf, Shelf
from server.rate_limits import RateLimits
from server.routes import RESERVED_SLUGS, ROUTES
from server.secret import load_secret
from server.settings import Settings
from server.store.database import Database
from server.templating import environment


def create_app(settings: Settings, duties: Sequence[Duty] = ()) -> Starlette:
    """Everything that `plenary serve` serves, and `duties` beside its own. The database must have the newest schema."""
    database, bus = Database(settings.database), MemoryBus()
    database.after_commit.append(announce.through(bus))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            async with live.running(app.state.hub), background.running(app, duties):
                yield
        finally:
            await database.close()

    app = Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders, settings=settings),
            Middleware(WhoIsThis),
            Middleware(SameOrigin, settings=settings),
            Middleware(BodyLimit),
        ],
    )
    app.state.settings = settings
    app.state.secret = load_secret(settings)
    app.state.db = database
    app.state.reserved_slugs = RESERVED_SLUGS
    app.state.hub = live.make_hub(database, bus)
    app.state.limits = RateLimits()
    app.state.templates = environment()
    app.state.playlists, app.state.files = Shelf(), FileShelf()
    app.state.broadcasts = Broadcasts(database, settings)
    app.state.admissions = Admissions()
    database.after_commit += [app.state.broadcasts.forget, app.state.admissions.forget]
    return app
