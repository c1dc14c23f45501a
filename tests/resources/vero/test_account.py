"""Whose account reports go out from: never a sandbox's for what is real, never for a stranger."""

from __future__ import annotations

import pytest

from infringement_dagster.domain.errors import PermanentError
from resources.settings import BadSetting, Settings
from resources.vero.account import NoVeroAccount, VeroAccount, vero_account
from resources.vero.desk import RETRY_SECONDS, VeroDesk
from tests.support.vero_scene import COUNTERFEIT, Fault, ebay_server

KEYSET = {"EBAY_VERO_CLIENT_ID": "id", "EBAY_VERO_CLIENT_SECRET": "secret"}
SANDBOX = {"INFRINGEMENT_SANDBOX_URL": "http://127.0.0.1:8801"}


def account(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> VeroAccount:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return vero_account(Settings())


def test_an_account_speaks_for_those_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = account(monkeypatch, KEYSET | SANDBOX | {"EBAY_VERO_CLIENTS": '["acme"]'})
    assert (ours.base_url, ours.is_sandbox) == ("https://api.ebay.com", False)
    ours.check_speaks_for("acme")
    with pytest.raises(NoVeroAccount, match="client beta"):
        ours.check_speaks_for("beta")
    assert "secret" not in repr(ours)


def test_an_account_that_names_nobody_speaks_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoVeroAccount):
        account(monkeypatch, KEYSET).check_speaks_for("acme")


@pytest.mark.parametrize("real", ["SCRAPERAPI_KEY", "EBAY_CLIENT_ID"])
def test_what_is_real_is_never_reported_to_a_sandbox(
    monkeypatch: pytest.MonkeyPatch, real: str
) -> None:
    assert account(monkeypatch, SANDBOX).is_sandbox
    with pytest.raises(NoVeroAccount, match="EBAY_VERO_CLIENT_ID"):
        account(monkeypatch, {real: "key"})


def test_clients_that_are_no_list_are_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSetting, match="EBAY_VERO_CLIENTS"):
        account(monkeypatch, KEYSET | {"EBAY_VERO_CLIENTS": "acme"})


def test_reasons_that_cannot_be_read_are_said_so_and_read_again() -> None:
    now = 0.0
    with ebay_server() as ebay:
        desk = VeroDesk(ebay.account, clock=lambda: now)
        ebay.line.faults.append(Fault(503, "GET", "/vero_reason_code"))
        desk.refresh()
        with pytest.raises(PermanentError, match="could not be read"):
            desk.reasons("acme", "EBAY_US")
        desk.refresh()
        with pytest.raises(PermanentError, match="could not be read"):
            desk.reasons("acme", "EBAY_US")
        now = RETRY_SECONDS + 1
        desk.refresh()
        codes = {reason.reason_code for reason in desk.reasons("acme", "EBAY_US")}
        assert COUNTERFEIT in codes
        assert "9037" not in codes, "it wants countries"
        with pytest.raises(PermanentError, match="EBAY_AU"):
            desk.reasons("acme", "EBAY_AU")
