"""Notices about all infringing listings of a group or an actor, drafted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.notices.channels import RULES, Channel, channels_for
from infringement_dagster.notices.letter import joint_letter
from infringement_dagster.notices.states import NoticeConflict
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.actors import actor_lists, seller_lists
from resources.postgres.cases import group_lists
from resources.postgres.cases.acting.submission_store import SubmissionUnderWay
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.cases.notice_store import NoticeRow

AT_ONCE_MAX: Final = 150  # 1.4 s on a busy machine; as many as eBay takes in one report
_CASES_MAX: Final = 5000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An infringing case that got no draft, and why."""

    case_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class DraftedAtOnce:
    """The notices that were drafted, held ones too, and what was left out."""

    channel: Channel
    notices: list[NoticeRow]
    left_out: list[LeftOut]

    @property
    def text(self) -> str | None:
        """One letter about all that nothing holds; None where there is none."""
        ready = [notice.fields for notice in self.notices if notice.state == "drafted"]
        return joint_letter(self.channel, ready) if ready else None


def draft_for_group(
    c: Connection,
    client_id: str,
    group_id: UUID,
    channel: Channel,
    drafted_by: str,
    explanation: str = "",
) -> DraftedAtOnce:
    """A notice about each infringing case of the group that the channel takes.

    Raises UnknownGroup, NoConfig, BadClientConfig.
    """
    group_lists.get_group(c, client_id, group_id)
    cases = [item.case for item in group_lists.cases_in_group(c, client_id, group_id)]
    return _draft_all(c, client_id, cases, channel, drafted_by, explanation)


def draft_for_actor(
    c: Connection,
    client_id: str,
    actor_id: UUID,
    channel: Channel,
    drafted_by: str,
    explanation: str = "",
) -> DraftedAtOnce:
    """The same for the cases of all sellers of the actor; raises UnknownActor."""
    actor_lists.get_actor(c, client_id, actor_id)
    sellers = seller_lists.sellers_of_actor(c, client_id, actor_id)
    keys = [seller.seller for seller in sellers]
    cases = seller_lists.cases_of_sellers(c, client_id, keys, _CASES_MAX)
    return _draft_all(c, client_id, cases, channel, drafted_by, explanation)


def _draft_all(
    c: Connection,
    client_id: str,
    cases: Sequence[CaseSummaryRow],
    channel: Channel,
    drafted_by: str,
    explanation: str,
) -> DraftedAtOnce:
    """Each infringing case drafted as if alone; cases of other decisions are not spoken of."""
    notices: list[NoticeRow] = []
    left_out: list[LeftOut] = []
    # In one order, so that two who do the same at once wait for each other and not in a circle.
    for case in sorted(cases, key=lambda item: item.case_id):
        if case.decision != "infringing":
            continue
        reason = _why_not(case, channel, len(notices))
        if reason is None:
            try:
                row = draft_for_case(c, client_id, case.case_id, channel, drafted_by, explanation)
                notices.append(row)
                continue
            except (NoticeConflict, SubmissionUnderWay) as error:
                reason = str(error)
        left_out.append(LeftOut(case.case_id, reason))
    return DraftedAtOnce(channel, notices, left_out)


def _why_not(case: CaseSummaryRow, channel: Channel, drafted: int) -> str | None:
    if channel not in channels_for(case.provider):
        return f"{RULES[channel].title} takes no listings of {case.provider}"
    if drafted >= AT_ONCE_MAX:
        return f"{AT_ONCE_MAX} are drafted at once: send these, then draft the rest"
    return None
