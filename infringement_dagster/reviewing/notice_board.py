"""The client's notices as work: what is to be sent, what waits, how each channel answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg import Connection

from infringement_dagster.domain.event import NoticeState
from infringement_dagster.domain.report.figures import Figure, share_of
from infringement_dagster.notices.channels import CHANNELS, Channel
from infringement_dagster.notices.states import NOTICE_STATES, silent_before
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import SUBMISSION_STATES, SubmissionState
from resources.postgres.cases.notice_store import ChannelAnswers


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """The notices of one channel and how it has answered so far."""

    channel: Channel
    notices: Mapping[NoticeState, int]  # every state
    silent: int  # sent, and without an answer in the time that an answer takes
    accepted: int  # answers: a notice that was rejected and sent again has two
    rejected: int
    acceptance: Figure  # of all answers, with its interval; absent before the first one
    median_days: float | None  # from sending to the answer
    submissions: Mapping[SubmissionState, int]  # by API, every state; they add up to all asked for


def channel_standings(c: Connection, client_id: str) -> list[ChannelStanding]:
    """How each channel stands, every channel in their usual order."""
    counted: defaultdict[Channel, dict[NoticeState, int]] = defaultdict(dict)
    silent: defaultdict[Channel, int] = defaultdict(int)
    now = datetime.now(UTC)
    for count in notice_store.channel_counts(c, client_id, silent_before(now)):
        counted[count.channel][count.state] = count.notices
        silent[count.channel] += count.silent
    submitted: defaultdict[Channel, dict[SubmissionState, int]] = defaultdict(dict)
    for asked in submission_store.submission_counts(c, client_id):
        submitted[asked.channel][asked.state] = asked.submissions
    answers = {item.channel: item for item in notice_store.channel_answers(c, client_id)}
    return [
        _standing(
            channel,
            {state: counted[channel].get(state, 0) for state in NOTICE_STATES},
            silent[channel],
            answers.get(channel, ChannelAnswers(channel, 0, 0, None)),
            now.date(),
            {state: submitted[channel].get(state, 0) for state in SUBMISSION_STATES},
        )
        for channel in CHANNELS
    ]


def _standing(
    channel: Channel,
    notices: Mapping[NoticeState, int],
    silent: int,
    answers: ChannelAnswers,
    today: date,
    submissions: Mapping[SubmissionState, int],
) -> ChannelStanding:
    answered = answers.accepted + answers.rejected
    return ChannelStanding(
        channel,
        notices,
        silent,
        answers.accepted,
        answers.rejected,
        share_of("notice_acceptance", today, answers.accepted, answered, channel),
        answers.median_days,
        submissions,
    )
