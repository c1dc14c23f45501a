"""Events tell of what happened in JSON, each under a type of its own."""

from __future__ import annotations

import json
from typing import get_args
from uuid import UUID

from infringement_dagster.domain import event
from infringement_dagster.domain.event import CaseDecided, NoticeChanged, new_event

CASE, NOTICE = UUID(int=1), UUID(int=2)


def test_ids_are_text_in_the_body() -> None:
    told = new_event(CaseDecided(CASE, "infringing", 2), UUID(int=3))
    assert told.type == "case.decided"
    assert json.loads(json.dumps(told.body)) == {
        "case_id": str(CASE),
        "decision": "infringing",
        "rule": None,
        "version": 2,
    }
    assert told.scan_id == UUID(int=3)


def test_a_notice_is_told_under_its_state() -> None:
    told = new_event(NoticeChanged("sent", CASE, NOTICE, "dmca", 3))
    assert told.type == "notice.sent"
    assert set(told.body) == {"case_id", "notice_id", "channel", "version"}


def test_no_two_things_that_happen_share_a_type() -> None:
    kinds = [kind for kind in get_args(event.Happening) if kind is not NoticeChanged]
    assert len({kind.type for kind in kinds}) == len(kinds) == 45
    assert len(set(event.EVENT_TYPES)) == len(event.EVENT_TYPES) == 50
