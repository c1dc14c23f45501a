"""Each caller has its share of the process, whatever it names in its paths."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.http.request_notes import notes_of
from api.shares import pace, shares
from api.shares.pace import WORK_PART, WorkTime
from api.shares.shares import REFUSED_COST, Callers, ShareLimits, Shares, credential_of
from api.shares.work import Work, work_of


def a_scope(key: str = "", *, path: str = "/v1/clients/acme/cases", peer: str = "9.9.9.9") -> Scope:
    headers = [(b"authorization", f"Bearer {key}".encode())] if key else []
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": headers,
        "client": (peer, 1),
    }


class Inner:
    """An app that proves credentials "acme-..." to be of acme, and answers when told.

    Those without a "-" prove nothing.
    """

    def __init__(self) -> None:
        self.serving: list[str] = []
        self.served = 0
        self.go_on = asyncio.Event()

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        key = dict(scope["headers"]).get(b"authorization", b"").decode().partition(" ")[2]
        tenant, is_proved, _ = key.partition("-")
        notes_of(scope).tenant = tenant if is_proved else None
        notes_of(scope).is_refused = bool(key and not is_proved)
        self.serving.append(key)
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.served += 1


class Answers:
    """The statuses that were sent."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])


async def nothing() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


def run(test: Callable[[Inner, Answers, Shares], Awaitable[None]], **limits: int) -> None:
    async def running() -> None:
        wanted = {"open_requests": 1000, "requests_per_minute": 1_000_000} | limits
        inner = Inner()
        await asyncio.wait_for(test(inner, Answers(), Shares(inner, ShareLimits(**wanted))), 20)

    asyncio.run(running())


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_client_has_its_share_of_places_over_all_its_keys() -> None:
    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        keys = [f"greedy-{number}" for number in range(5)]
        inner.go_on.set()
        for key in (*keys, "other-1"):  # so that the keys are known
            await app(a_scope(key), nothing, answers.send)
        inner.go_on.clear()
        inner.serving.clear()
        async with asyncio.TaskGroup() as tasks:
            for key in keys * 10:
                tasks.create_task(app(a_scope(key), nothing, answers.send))
            await settle()
            assert len(inner.serving) == Work.QUICK.share
            tasks.create_task(app(a_scope("other-1"), nothing, answers.send))
            await settle()
            assert inner.serving[-1] == "other-1"
            inner.go_on.set()
        assert answers.statuses == [200] * 57

    run(test)


def test_naming_another_client_in_the_path_spends_nothing_of_his() -> None:
    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        inner.go_on.set()
        await app(a_scope("acme-1"), nothing, answers.send)  # so that the key is known
        inner.go_on.clear()
        inner.serving.clear()
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(app(a_scope(f"x-{number}"), nothing, answers.send))
            await settle()
            assert len(inner.serving) == Work.QUICK.share  # of the address: no key was proved
            for number in range(20):  # from as many networks
                scope = a_scope(f"y-{number}", peer=f"7.7.7.{number}")
                tasks.create_task(app(scope, nothing, answers.send))
            await settle()
            assert len(inner.serving) == Work.QUICK.places // 2
            tasks.create_task(app(a_scope("acme-1", peer="8.8.8.8"), nothing, answers.send))
            await settle()
            assert inner.serving[-1] == "acme-1"
            inner.go_on.set()

    run(test)


def test_too_many_open_requests_are_refused_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "REFUSAL_SECONDS", 0.0)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(5):
                tasks.create_task(app(a_scope(), nothing, answers.send))
            await settle()
            assert answers.statuses == [429, 429]
            tasks.create_task(app(a_scope(peer="8.8.8.8"), nothing, answers.send))
            await settle()
            inner.go_on.set()
        assert answers.statuses == [429, 429, 200, 200, 200, 200]
        await app(a_scope(), nothing, answers.send)
        assert answers.statuses[-1] == 200

    run(test, open_requests=3)


def test_who_has_to_rest_keeps_the_place_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WorkTime, "rest_seconds", lambda *_: 0.2)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        inner.go_on.set()
        began = asyncio.get_running_loop().time()
        for _ in range(Work.QUICK.share + 1):
            await app(a_scope(), nothing, answers.send)
        assert asyncio.get_running_loop().time() - began >= 0.2

    run(test)


def test_who_waits_for_each_answer_is_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its answers take beside others, it never owes more than the free part."""
    worked: list[float] = []

    def rest_seconds(_: WorkTime, __: str, seconds: float) -> float:
        worked.append(seconds)
        return 0.0

    monkeypatch.setattr(WorkTime, "rest_seconds", rest_seconds)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app(a_scope("acme-1"), nothing, answers.send))
            await asyncio.sleep(0.2)
            inner.go_on.set()
        assert 0.2 * WORK_PART <= worked[0] < 0.2
        inner.go_on.clear()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(2):
                tasks.create_task(app(a_scope("acme-1"), nothing, answers.send))
            await asyncio.sleep(0.2)
            inner.go_on.set()
        assert min(worked[1:]) >= 0.2

    run(test)


def test_credentials_that_prove_nothing_are_few_and_cost_the_network_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "REFUSAL_SECONDS", 0.0)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        inner.go_on.set()
        for _ in range(30):  # a program with an expired key; ten seconds are 50 requests
            await app(a_scope("expired"), nothing, answers.send)
        served = answers.statuses.count(200)
        assert served <= 50 / REFUSED_COST + 2
        for number in range(20):  # people at the same address
            await app(a_scope(f"acme-{number}"), nothing, answers.send)
        assert answers.statuses.count(200) == served + 20

    run(test, requests_per_minute=300)


def test_keys_made_up_anew_each_time_are_few_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "REFUSAL_SECONDS", 0.0)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        inner.go_on.set()
        for number in range(30):
            await app(a_scope(f"made_up_{number}"), nothing, answers.send)
        assert answers.statuses.count(200) <= 50 / REFUSED_COST + 2

    run(test, requests_per_minute=300)


def test_heavy_requests_count_as_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "REFUSAL_SECONDS", 0.0)

    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        inner.go_on.set()
        quick, export = a_scope(), a_scope(path="/v1/clients/acme/cases-export", peer="8.8.8.8")
        for scope in (quick, export):
            for _ in range(5):  # ten seconds of this allowance are ten quick ones
                await app(scope, nothing, answers.send)
        assert answers.statuses == [200] * 6 + [429] * 4

    run(test, requests_per_minute=60)


def test_a_refusal_takes_its_time_so_that_a_loop_of_them_is_no_load(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "REFUSAL_SECONDS", 0.2)

    async def test(_: Inner, answers: Answers, app: Shares) -> None:
        began = asyncio.get_running_loop().time()
        await app(a_scope(), nothing, answers.send)
        assert answers.statuses == [429]
        assert asyncio.get_running_loop().time() - began >= 0.2

    run(test, open_requests=0)


def test_a_request_that_fails_gives_its_place_back() -> None:
    async def test(inner: Inner, answers: Answers, app: Shares) -> None:
        async def fails(*_: object) -> None:
            raise LookupError

        app._app = fails
        for _ in range(Work.QUICK.places * 3):
            with pytest.raises(LookupError):
                await app(a_scope(), nothing, answers.send)
        app._app = inner
        inner.go_on.set()
        await app(a_scope(), nothing, answers.send)
        assert answers.statuses == [200]

    run(test, open_requests=1)


def test_credentials_are_forgotten_in_the_order_of_their_last_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "CALLERS_REMEMBERED", 2)
    callers = Callers()
    for name in ("a", "b", "a", "c"):
        if callers.caller_of(a_scope(), name.encode()) != name:
            callers.remember(name.encode(), name)
    known = [callers.caller_of(a_scope(), name.encode()) for name in ("a", "b", "c")]
    assert known == ["a", "peer:9.9.9.9", "c"]


def test_the_session_is_a_credential_and_other_cookies_are_none() -> None:
    def with_cookie(cookie: bytes) -> Scope:
        scope = a_scope()
        scope["headers"] = [(b"cookie", cookie)]
        return scope

    one = credential_of(with_cookie(b"a=1; __Host-session=abc; b=2"))
    assert one is not None
    assert one == credential_of(with_cookie(b"__Host-session=abc"))
    assert credential_of(with_cookie(b"a=1")) is None


@pytest.mark.parametrize(
    ("method", "path", "work"),
    [
        ("GET", "/healthz", Work.FREE),
        ("GET", "/readyz", Work.PROBE),
        ("POST", "/v1/session", Work.LOG_IN),
        ("POST", "/log-in", Work.LOG_IN),
        ("GET", "/log-in", Work.QUICK),
        ("GET", "/v1/clients/acme/photos/00", Work.PHOTO),
        ("POST", "/v1/clients/acme/references", Work.UPLOAD),
        ("POST", "/clients/acme/references", Work.UPLOAD),
        ("GET", "/v1/clients/acme/references", Work.QUICK),
        ("POST", "/v1/clients/acme/cases/1/test-purchases/2/photos", Work.UPLOAD),
        ("POST", "/clients/acme/cases/1/purchases/2/photos", Work.UPLOAD),
        ("GET", "/v1/clients/acme/cases/1/test-purchases/2/photos/00", Work.PHOTO),
        ("GET", "/v1/clients/acme/cases/1/test-purchases/2", Work.QUICK),
        ("GET", "/v1/clients/acme/cases-export", Work.LONG),
        ("POST", "/clients/acme/config/preview", Work.LONG),
        ("GET", "/v1/clients/acme/cases/1/bundle", Work.LONG),
        ("GET", "/v1/clients/acme/exports/1/file", Work.DOWNLOAD),
        ("GET", "/v1/clients/acme/exports/1", Work.QUICK),
    ],
)
def test_work_is_told_apart_by_its_address(method: str, path: str, work: Work) -> None:
    assert work_of(method, path) is work
