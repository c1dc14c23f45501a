"""Whether a provider may be asked, or asked once more: one breaker and one budget for all runs.

After `TROUBLES_MAX` troubles in a row, whoever had them, the provider is left alone for
`OPEN_SECONDS`; then one question, of all processes, may probe it. One answer closes the circuit.
A question earns a tenth of a retry, so all tries are at most 1.1 times the questions; what one run
has not spent another may, up to `RETRIES_KEPT_MAX`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString

from infringement_dagster.domain.listing import Provider
from resources.batching import CallBatcher
from resources.postgres.database import Database
from resources.postgres.statements import execute, fetch_one

TROUBLES_MAX = 5
OPEN_SECONDS = 30.0
QUESTIONS_A_RETRY = 10
RETRIES_KEPT_MAX = 10  # else a quiet month would pay for a flood


@dataclass(slots=True)
class ProviderHealth:
    """Health of one provider as all runs on one database know it."""

    database: Database
    client_id: str
    provider: Provider
    open_seconds: float = OPEN_SECONDS
    _ask: CallBatcher[None, bool] = field(init=False)
    _note: CallBatcher[bool, None] = field(init=False)

    def __post_init__(self) -> None:
        self._ask = CallBatcher(self._ask_all)
        self._note = CallBatcher(self._note_all)

    async def may_ask(self) -> bool:
        """Whether a question may be asked; counted when it may."""
        return await self._ask(None)

    async def may_retry(self) -> bool:
        """Whether one more try may be made; counted when it may."""
        return await asyncio.to_thread(self._retry)

    async def note(self, *, trouble: bool) -> None:
        """Takes in how a question ended."""
        await self._note(trouble)

    def _ask_all(self, questions: Sequence[None]) -> list[bool]:
        with self.database.client(self.client_id) as c:
            asked = fetch_one(
                c,
                _Asked,
                _ASK,
                provider=self.provider,
                questions=len(questions),
                troubles_max=TROUBLES_MAX,
                open_seconds=self.open_seconds,
                earned_max=RETRIES_KEPT_MAX * QUESTIONS_A_RETRY,
            )
        if asked is None:
            return [False] * len(questions)
        return [place == 0 or not asked.is_probe for place in range(len(questions))]

    def _retry(self) -> bool:
        with self.database.client(self.client_id) as c:
            retried = execute(
                c,
                _RETRY,
                provider=self.provider,
                troubles_max=TROUBLES_MAX,
                questions_a_retry=QUESTIONS_A_RETRY,
            )
        return retried > 0

    def _note_all(self, troubles: Sequence[bool]) -> list[None]:
        ends = troubles if any(troubles) else troubles[:1]
        with self.database.client(self.client_id) as c:
            for trouble in ends:
                statement = _TROUBLE if trouble else _ANSWERED
                execute(c, statement, provider=self.provider, open_seconds=self.open_seconds)
        return [None] * len(troubles)


@dataclass(frozen=True, slots=True)
class _Asked:
    is_probe: bool


# Each upsert waits for and reads the newest row it meets, so of many that are due one probes.
_ASK: LiteralString = """
    INSERT INTO provider_health AS known (provider, questions_earned)
    VALUES (%(provider)s, %(questions)s)
    ON CONFLICT (provider) DO UPDATE SET
        questions_earned = least(%(earned_max)s, known.questions_earned
            + CASE WHEN known.troubles >= %(troubles_max)s THEN 1 ELSE %(questions)s END),
        open_until = CASE WHEN known.troubles >= %(troubles_max)s
            THEN clock_timestamp() + %(open_seconds)s * interval '1 second'
            ELSE known.open_until END
    WHERE known.troubles < %(troubles_max)s OR known.open_until <= clock_timestamp()
    RETURNING known.troubles >= %(troubles_max)s AS is_probe
"""
_RETRY: LiteralString = """
    UPDATE provider_health SET questions_earned = questions_earned - %(questions_a_retry)s
    WHERE provider = %(provider)s AND questions_earned >= %(questions_a_retry)s
        AND troubles < %(troubles_max)s
"""
_TROUBLE: LiteralString = """
    UPDATE provider_health SET
        troubles = troubles + 1,
        open_until = clock_timestamp() + %(open_seconds)s * interval '1 second'
    WHERE provider = %(provider)s
"""
_ANSWERED: LiteralString = """
    UPDATE provider_health SET troubles = 0 WHERE provider = %(provider)s AND troubles > 0
"""
