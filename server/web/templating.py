"""Pages from templates: the context of every template, and the answers of a handler."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from nh3 import clean
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.rules import mailing, retention, wording
from server.rules.permissions import allows
from server.web import assets, notices
from server.web.folders import templates_dir

MARKDOWN_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}


def markdown(text: str) -> Markup:
    """An organiser's Markdown as safe HTML (headings, emphasis, lists, links)."""
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    safe = clean(html, tags=MARKDOWN_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"})
    return Markup(safe)  # noqa: S704 - nh3 has just made it safe


@cache
def environment() -> Environment:
    """The one Jinja environment: values are escaped, and an undefined name is an error."""
    made = Environment(
        loader=FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.globals.update(asset=assets.address, icon=assets.icon, import_map=assets.import_map, preloads=assets.preloads)
    made.filters.update(markdown=markdown, retention_sentence=retention.sentence, **wording.FILTERS)
    return made


def context_of(request: Request) -> dict[str, Any]:
    """The context of every template: the viewer, the event, the viewer's permissions, and how to make addresses."""
    state = request.state
    viewer = getattr(state, "viewer", None)
    event = getattr(state, "event", None)

    def may(action: str) -> bool:
        return viewer is not None and allows(viewer.grants, action, event_id=event.id if event else None)

    def url(name: str, /, **params: Any) -> str:
        if event and "event" not in params and name not in OUTSIDE_EVENTS:
            params["event"] = event.slug
        return str(request.app.url_path_for(name, **params))

    return {
        "request": request,
        "viewer": viewer,
        "event": event,
        "registration": getattr(state, "registration", None),
        "announcement": getattr(state, "announcement", None),
        "may": may,
        "url": url,
        "nonce": getattr(state, "nonce", ""),
        "now": datetime.now(UTC),
        "notice": notices.left(request),
        "mailing": mailing.words_of(is_sent=bool(request.app.state.settings.mail_server)),
        "base_url": request.app.state.settings.base_url,
        "is_demo": event is not None and event.kind == "demo",
        "form": None,
    }


OUTSIDE_EVENTS = frozenset(
    {
        "home",
        "sign_in",
        "sign_out",
        "security",
        "devices",
        "device_end",
        "device_end_others",
        "join",
        "events_new",
        "styleguide",
        "static",
        "live",
        "segments",
    }
)
"""Names of addresses that lie outside any event."""


def render(
    request: Request,
    template: str,
    /,
    *,
    status_code: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page that `template` makes of the context."""
    page = request.app.state.templates.get_template(template)
    values = {**context_of(request), **context}
    response = HTMLResponse(page.render(values), status_code, headers)
    if values["notice"] is not None:
        notices.forget(request, response)
    return response


def redirect(request: Request, name: str, /, *, notice: str = "", anchor: str = "", **params: Any) -> Response:
    """Send the browser on (303) after a form; `notice` is a key of NOTICES, shown once on the next page."""
    path = str(request.app.url_path_for(name, **params))
    response = RedirectResponse(f"{path}{'#' + anchor if anchor else ''}", 303)
    if notice:
        notices.leave(request, response, notice, path)
    return response
