"""The edge of `/live`: the origin, the sign-in and the number of connections."""

from starlette.websockets import WebSocket

from rooms.hub import Hub
from rooms.protocol import Close
from server.live.conversation import Conversation
from server.live.fanout import EXTENSION, DirectOutlet
from server.live.outbox import Outbox
from server.trust.sign_in import Viewer
from server.web.middleware import is_own_origin

CONNECTIONS_PER_SIGN_IN = 20


async def show(websocket: WebSocket) -> None:
    """Open one connection and hand it over to its conversation, or carry it to its end.

    A browser always names its origin. A client that names none is no browser, and sends no cookie of its own accord.
    """
    origin = websocket.headers.get("origin")
    if origin is not None and not is_own_origin(origin, websocket.headers, websocket.app.state.settings):
        return await websocket.close()
    viewer: Viewer = websocket.state.viewer
    await websocket.accept()
    if viewer.person is None or viewer.sign_in is None:
        return await websocket.close(Close.SIGNED_OUT)
    hub: Hub = websocket.app.state.hub
    if len(hub.connections.get(viewer.sign_in.id, ())) >= CONNECTIONS_PER_SIGN_IN:
        return await websocket.close(Close.TOO_MANY)
    direct: DirectOutlet | None = websocket.scope.get("extensions", {}).get(EXTENSION)
    outlet = direct or Outbox()
    conversation = Conversation(hub, hub.connect(viewer.person.id, viewer.sign_in.id, outlet))
    if isinstance(outlet, Outbox):
        await outlet.carry(websocket, conversation)
    else:
        outlet.follow(conversation)
