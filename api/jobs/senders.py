"""The tasks that send: mails to people, and notices to channels' APIs."""

from __future__ import annotations

from typing import Final

from api.jobs.mail_sender import Sender, open_mail_senders
from api.settings import ApiSettings
from api.supervision import SupervisedTasks
from infringement_dagster.reviewing.submissions.room import SubmissionRoom
from resources.postgres.database import Database, DatabaseUrls
from resources.vero.desk import VeroDesk

SUBMISSIONS_LOOK_SECONDS: Final = 2.0  # a person who has submitted looks at the page


def open_senders(
    urls: DatabaseUrls, settings: ApiSettings, tasks: SupervisedTasks, vero: VeroDesk
) -> list[Sender]:
    """All of them, over connections of their own; raises BadSetting.

    Notices have theirs with or without an account: what waits for one says so.
    """
    room = SubmissionRoom(Database(urls), vero)
    submitter = Sender("notice_submitter", room, SUBMISSIONS_LOOK_SECONDS)
    return [*open_mail_senders(urls, settings, tasks), submitter]
