"""The list of duties: what the application does by itself, beside answering requests."""

from server.acts import timekeeping
from server.mail import worker as mail
from server.media import conductor
from server.playback import object_store
from server.recordings import caption_drafts, checks, downloads, packaging
from server.running.duties import Duty

DUTIES: tuple[Duty, ...] = (
    Duty("media line", conductor.EVERY_S, conductor.listen),
    Duty("conductor", conductor.PAUSE_S, conductor.direct),
    Duty("films", packaging.EVERY_S, packaging.package_due, rests=True),
    Duty("downloads", downloads.EVERY_S, downloads.make_due, rests=True),
    Duty("caption drafts", caption_drafts.EVERY_S, caption_drafts.draft_due, rests=True),
    Duty("mail", mail.EVERY_S, mail.deliver_due, rests=True),
    Duty("object store", object_store.EVERY_S, object_store.copy_new, rests=True),
    Duty("recording checks", checks.EVERY_S, checks.check_due, rests=True),
    Duty("timekeeper", timekeeping.EVERY_S, timekeeping.keep_time, rests=True),
)
"""Every duty of the application. The database decides who does a thing when several processes run."""
