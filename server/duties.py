"""The lists of duties and of kinds of jobs: the work that the application does beside answering requests."""

from server.acts import anonymising, holding, timekeeping
from server.acts.anonymising import RETENTION
from server.acts.retaining import RETENTION_NEWS
from server.live import in_use, rights
from server.mail import worker as mail
from server.media import backstage, conductor
from server.playback import object_store
from server.recordings import downloads
from server.recordings.caption_drafts import CAPTION_DRAFT
from server.recordings.checks import RECORDING_CHECK
from server.recordings.downloads import DOWNLOAD
from server.recordings.packaging import FILM
from server.running import forgetting
from server.running.duties import Duty
from server.running.jobs import JobKind, duty_of
from server.web import security_log

JOBS: tuple[JobKind, ...] = (
    FILM,
    DOWNLOAD,
    CAPTION_DRAFT,
    RECORDING_CHECK,
    RETENTION,
    RETENTION_NEWS,
)
"""Every kind of job. A new one is a module with its work, and a line here."""

DUTIES: tuple[Duty, ...] = (
    Duty("rights", rights.PAUSE_S, rights.watch),
    Duty("sign-ins in use", in_use.EVERY_S, in_use.note),
    Duty("media line", conductor.EVERY_S, conductor.listen),
    Duty("backstage", backstage.PAUSE_S, backstage.ask_again),
    Duty("conductor", conductor.PAUSE_S, conductor.direct),
    *map(duty_of, JOBS),
    Duty("old security entries", security_log.EVERY_S, security_log.clear, by_clock=True),
    Duty("forgetting", forgetting.EVERY_S, forgetting.go_on),
    Duty("old downloads", downloads.EVERY_S, downloads.clear, rests=True, by_clock=True),
    Duty("mail", mail.EVERY_S, mail.deliver_due, rests=True),
    Duty("object store", object_store.EVERY_S, object_store.copy_new, rests=True),
    Duty("held places", holding.EVERY_S, holding.release_due, rests=True, by_clock=True),
    Duty("retention", anonymising.EVERY_S, anonymising.ask_due, by_clock=True),
    Duty("timekeeper", timekeeping.EVERY_S, timekeeping.keep_time, rests=True, by_clock=True),
)
"""Every duty of the application. Where several processes run, the database decides which of them does the work."""
