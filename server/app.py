"""The application: the only place where objects are made and wired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.errors import HANDLERS
from server.middleware import BodyLimit, RequestLog, SameOrigin, SecurityHeaders, WhoIsThis
from server.routes import ROUTES
from server.secret import load_secret
from server.settings import Settings
from server.store.database import Database
from server.templating import environment


def create_app(settings: Settings) -> Starlette:
    """Everything that `plenary serve` serves. The database must have the newest schema."""
    database = Database(settings.database)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
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
    app.state.templates = environment()
    return app
