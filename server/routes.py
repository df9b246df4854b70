"""Every address on one screen. First path segments that are ours are reserved slugs."""

import re
from typing import Any

from starlette.convertors import register_url_convertor
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from server.live import socket
from server.pages import (
    agenda,
    backstage,
    console,
    devices,
    downloads,
    events,
    home,
    join,
    lobby,
    lounge,
    machines,
    my_data,
    privacy,
    recordings,
    registration,
    report,
    security,
    sessions,
    sign_in,
    speaker_home,
    styleguide,
    surveys,
    tables,
)
from server.web.addresses import SmallNumber
from server.web.resource import Resource

GET, POST = ["GET"], ["POST"]
register_url_convertor("small", SmallNumber())


def addresses_of(path: str, resource: Resource[Any, Any]) -> list[BaseRoute]:
    """The addresses of a resource: its list, the form that adds a row, and the form and the deletion of each row."""
    one = resource.one
    row = f"{path}/{{{one}:uuid}}"
    return [
        Route(path, resource.index, name=resource.many),
        Route(f"{path}/new", resource.new, methods=GET, name=f"{one}_new"),
        Route(f"{path}/new", resource.create, methods=POST),
        Route(row, resource.edit, methods=GET, name=f"{one}_edit"),
        Route(row, resource.update, methods=POST),
        Route(f"{row}/delete", resource.destroy, methods=POST, name=f"{one}_delete"),
    ]


ROUTES: list[BaseRoute] = [
    Route("/livez", machines.health.live, name="livez"),
    Route("/readyz", machines.health.ready, name="readyz"),
    Route("/metrics", machines.health.metrics, name="metrics"),
    WebSocketRoute("/live", socket.show, name="live"),
    Route("/static/{path:path}", machines.static.show, name="static"),
    Route("/styleguide", styleguide.show, name="styleguide"),
    Route("/", home.index, name="home"),
    Route("/join/{token}", join.show, methods=GET, name="join"),
    Route("/join/{token}", join.create, methods=POST),
    Route("/sign-in", sign_in.new, methods=GET, name="sign_in"),
    Route("/sign-in", sign_in.create, methods=POST),
    Route("/sign-in/security", security.edit, methods=GET, name="security"),
    Route("/sign-in/security", security.update, methods=POST),
    Route("/sign-out", sign_in.destroy, methods=POST, name="sign_out"),
    Route("/devices", devices.index, name="devices"),
    Route("/devices/others/end", devices.destroy_others, methods=POST, name="device_end_others"),
    Route("/devices/{device:uuid}/end", devices.destroy, methods=POST, name="device_end"),
    Route("/events/new", console.events.new, methods=GET, name="events_new"),
    Route("/events/new", console.events.create, methods=POST),
    Route("/stages/{stage:uuid}/whip", machines.whip.publish, methods=POST, name="whip"),
    Route("/stages/{stage:uuid}/whip", machines.whip.options, methods=["OPTIONS"]),
    Route("/stages/{stage:uuid}/whip/{connection}", machines.whip.unpublish, methods=["DELETE"], name="whip_resource"),
    Route("/stages/{stage:uuid}/whip/{connection}", machines.whip.resource_options, methods=["OPTIONS"]),
    Route("/stages/{stage:uuid}/whep", machines.whip.watch, methods=POST, name="whep"),
    Route("/stages/{stage:uuid}/whep", machines.whip.options, methods=["OPTIONS"]),
    Route("/stages/{stage:uuid}/whep/{connection}", machines.whip.unwatch, methods=["DELETE"], name="whep_resource"),
    Route("/stages/{stage:uuid}/whep/{connection}", machines.whip.resource_options, methods=["OPTIONS"]),
    Route("/{event}", events.show, name="event"),
    Route("/{event}/edit", console.events.edit, methods=GET, name="event_edit"),
    Route("/{event}/edit", console.events.update, methods=POST),
    Route("/{event}/share.svg", events.qr, name="event_qr"),
    Route("/{event}/registration", registration.new, methods=GET, name="registration"),
    Route("/{event}/registration", registration.create, methods=POST),
    Route("/{event}/registration/details", registration.update, methods=POST, name="registration_details"),
    Route("/{event}/registration/done", registration.done, name="registration_done"),
    Route("/{event}/registration/claim", registration.claim, methods=POST, name="registration_claim"),
    Route("/{event}/registration/cancel", registration.cancel, methods=POST, name="registration_cancel"),
    Route("/{event}/join-link", join.ask, methods=GET, name="join_link"),
    Route("/{event}/join-link", join.send, methods=POST),
    Route("/{event}/lobby", lobby.show, name="lobby"),
    Route("/{event}/agenda", agenda.index, name="agenda"),
    Route("/{event}/agenda.ics", agenda.calendar, name="agenda_ics"),
    Route("/{event}/agenda/{session}/bookmark", agenda.bookmark, methods=POST, name="bookmark"),
    Route("/{event}/sessions/{session}.ics", sessions.calendar, name="session_ics"),
    Route("/{event}/sessions/{session}", sessions.show, name="session"),
    Route("/{event}/sessions/{session}/crowd.json", sessions.crowd_rows, name="crowd"),
    Route("/{event}/sessions/{session}/progress", sessions.progress, methods=["PUT"], name="progress"),
    Route("/{event}/sessions/{session}/download", downloads.show, methods=GET, name="download"),
    Route("/{event}/sessions/{session}/download", downloads.create, methods=POST),
    Route("/{event}/sessions/{session}/recording.mp4", downloads.file, name="download_file"),
    Route("/{event}/sessions/{session}/media/poster.jpg", machines.playlists.poster, name="poster"),
    Route("/{event}/sessions/{session}/media/captions.vtt", machines.playlists.captions, name="captions"),
    Route("/{event}/sessions/{session}/media/{name}", machines.playlists.show, name="media"),
    Route("/{event}/sessions/{session}/preview/{name}", machines.playlists.preview, name="preview"),
    Route("/segments/{media_key}/{name}", machines.playlists.segment, name="segments"),
    Route("/{event}/recordings", recordings.index, name="recordings"),
    Route("/{event}/privacy", privacy.show, name="privacy"),
    Route("/{event}/my-data", my_data.show, name="my_data"),
    Route("/{event}/my-data/download", my_data.download, name="my_data_download"),
    Route("/{event}/my-data/erase", my_data.erase, methods=POST, name="my_data_erase"),
    Route("/{event}/lounge", lounge.index, name="lounge"),
    Route("/{event}/lounge/{table:uuid}", tables.show, name="table"),
    Route("/{event}/lounge/{table:uuid}/seat", tables.sit, methods=POST, name="seat"),
    Route("/{event}/lounge/{table:uuid}/seat", tables.keep, methods=["PUT"]),
    Route("/{event}/lounge/{table:uuid}/seat/{number:small}/free", tables.free, methods=POST, name="seat_free"),
    Route("/{event}/lounge/{table:uuid}/name", tables.show_name, methods=POST, name="table_name"),
    Route("/{event}/lounge/{table:uuid}/leave", tables.leave, methods=POST, name="leave"),
    Route("/{event}/lounge/{table:uuid}/queue", tables.wait, methods=POST, name="queue"),
    Route("/{event}/lounge/{table:uuid}/queue/leave", tables.stop_waiting, methods=POST, name="queue_leave"),
    Route("/{event}/lounge/{table:uuid}/offer", tables.answer_offer, methods=POST, name="offer"),
    Route("/{event}/lounge/{table:uuid}/messages", tables.say, methods=POST, name="message"),
    Route(
        "/{event}/lounge/{table:uuid}/messages/{message:uuid}/remove",
        tables.remove_message,
        methods=POST,
        name="message_remove",
    ),
    Route("/{event}/lounge/{table:uuid}/move", tables.open_or_close, methods=POST, name="table_move"),
    Route("/{event}/surveys/{survey}", surveys.show, methods=GET, name="survey"),
    Route("/{event}/surveys/{survey}", surveys.update, methods=POST),
    Route("/{event}/report", report.show, name="report"),
    Route("/{event}/report/export.{format}", report.export, name="export"),
    Route("/{event}/speaker", speaker_home.show, name="speaker"),
    Route("/{event}/console", console.overview.show, name="console"),
    Route("/{event}/console/move", console.events.move, methods=POST, name="event_move"),
    Route("/{event}/console/announcements", console.overview.announce, methods=POST, name="announcements"),
    Route(
        "/{event}/console/announcements/{announcement:uuid}/withdraw",
        console.overview.withdraw,
        methods=POST,
        name="announcement_withdraw",
    ),
    Route("/{event}/console/privacy", console.privacy.edit, methods=GET, name="console_privacy"),
    Route("/{event}/console/privacy", console.privacy.update, methods=POST),
    Route("/{event}/console/privacy/day", console.privacy.move_day, methods=POST, name="retention_day"),
    Route("/{event}/console/registrations", console.registrations.index, name="console_registrations"),
    Route("/{event}/console/mail", console.mails.index, name="console_mails"),
    Route("/{event}/console/mail/again", console.mails.send_all_again, methods=POST, name="mails_again"),
    Route("/{event}/console/mail/{mail:uuid}", console.mails.show, name="console_mail"),
    Route("/{event}/console/mail/{mail:uuid}/again", console.mails.send_again, methods=POST, name="mail_again"),
    Route("/{event}/console/security-log", console.security_log.index, name="security_log"),
    Route("/{event}/console/security-log.csv.zip", console.security_log.export, name="security_log_export"),
    Route("/{event}/console/sessions", console.sessions.index, name="console_sessions"),
    Route("/{event}/console/sessions/new", console.sessions.new, methods=GET, name="session_new"),
    Route("/{event}/console/sessions/new", console.sessions.create, methods=POST),
    Route("/{event}/console/sessions/{session}", console.sessions.edit, methods=GET, name="session_edit"),
    Route("/{event}/console/sessions/{session}", console.sessions.update, methods=POST),
    Route("/{event}/console/sessions/{session}/delete", console.sessions.destroy, methods=POST, name="session_delete"),
    Route("/{event}/console/sessions/{session}/move", console.sessions.move, methods=POST, name="session_move"),
    Route(
        "/{event}/console/sessions/{session}/recording",
        console.sessions.move_recording,
        methods=POST,
        name="recording_move",
    ),
    Route("/{event}/console/sessions/{session}/recording", console.recordings.edit, methods=GET, name="recording_edit"),
    Route(
        "/{event}/console/sessions/{session}/recording/cut", console.recordings.cut, methods=POST, name="recording_cut"
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/captions",
        console.recordings.publish_captions,
        methods=POST,
        name="recording_captions",
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/check",
        console.recordings.check_again,
        methods=POST,
        name="recording_check",
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/draft",
        console.recordings.ask_draft,
        methods=POST,
        name="caption_draft",
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/draft/keep",
        console.recordings.keep_draft,
        methods=POST,
        name="caption_draft_keep",
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/draft/delete",
        console.recordings.discard_draft,
        methods=POST,
        name="caption_draft_delete",
    ),
    Route(
        "/{event}/console/sessions/{session}/recording/download",
        console.recordings.allow_downloads,
        methods=POST,
        name="recording_download",
    ),
    Route(
        "/{event}/console/sessions/{session}/chapters", console.recordings.mark_chapter, methods=POST, name="chapters"
    ),
    Route(
        "/{event}/console/sessions/{session}/chapters/{chapter:uuid}",
        console.recordings.change_chapter,
        methods=POST,
        name="chapter",
    ),
    Route(
        "/{event}/console/sessions/{session}/chapters/{chapter:uuid}/delete",
        console.recordings.remove_chapter,
        methods=POST,
        name="chapter_delete",
    ),
    Route("/{event}/stages/{stage:uuid}", backstage.show, name="backstage"),
    Route("/{event}/console/stages", console.stages.index, methods=GET, name="stages"),
    Route("/{event}/console/stages", console.stages.create, methods=POST),
    Route("/{event}/console/stages/{stage:uuid}", console.stages.show, name="stage"),
    Route("/{event}/console/stages/{stage:uuid}/edit", console.stages.edit, methods=GET, name="stage_edit"),
    Route("/{event}/console/stages/{stage:uuid}/edit", console.stages.update, methods=POST),
    Route("/{event}/console/stages/{stage:uuid}/direct", console.stages.direct, methods=POST, name="stage_direct"),
    Route("/{event}/console/stages/{stage:uuid}/key", console.stages.renew_key, methods=POST, name="stage_key"),
    Route("/{event}/console/stages/{stage:uuid}/delete", console.stages.destroy, methods=POST, name="stage_delete"),
    Route("/{event}/console/films", console.films.index, methods=GET, name="films"),
    Route("/{event}/console/films", console.films.create, methods=POST),
    Route("/{event}/console/films/{upload:uuid}", console.films.offset, methods=["HEAD"], name="film_upload"),
    Route("/{event}/console/films/{upload:uuid}", console.films.append, methods=["PATCH"]),
    Route(
        "/{event}/console/films/{upload:uuid}/again",
        console.films.try_again,
        methods=POST,
        name="film_upload_again",
    ),
    Route(
        "/{event}/console/films/{upload:uuid}/delete", console.films.destroy, methods=POST, name="film_upload_delete"
    ),
    *addresses_of("/{event}/console/tracks", console.tracks.TRACKS),
    *addresses_of("/{event}/console/speakers", console.speakers.SPEAKERS),
    Route(
        "/{event}/console/speakers/{speaker:uuid}/invite", console.speakers.invite, methods=POST, name="speaker_invite"
    ),
    *addresses_of("/{event}/console/tables", console.tables.TABLES),
]

RESERVED_SLUGS = frozenset(
    {route.path.split("/")[1] for route in ROUTES if isinstance(route, Route | WebSocketRoute | Mount)}
    | {"stages", "tables", "media", "console", "report"}
)
"""Slugs that no event may have."""

MACHINES = tuple(
    re.compile(".+".join(map(re.escape, re.split(r"{[^}]+}", route.path))))
    for route in ROUTES
    if isinstance(route, Route) and route.endpoint.__module__.startswith(machines.__name__)
)
"""Patterns of the addresses that programs ask, whatever stands in their parts: each error there is a line of text."""
