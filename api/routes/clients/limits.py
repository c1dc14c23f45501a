"""Limits: what a client, a provider and the whole installation may do; operators change them.

They take effect with the next admission or request.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from api.access import Allowed, AnyCaller, InClient, any_caller
from api.backend import Backed, Backend
from api.callers import Principal
from api.http.operation_route import OperationRoute
from api.http.quotas import credit_quotas, tell_quota
from api.http.schemas import NUMBER, Document, ProviderName
from api.http.schemas import Request as Body
from infringement_dagster.clients import limits as bounds
from infringement_dagster.clients.config_searches import InstalledProvider
from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients import limit_store
from resources.postgres.clients.audit import record_of_operators
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.scans import usage_store
from resources.providers.registry import installed

router = APIRouter(tags=["limits"], route_class=OperationRoute)
OPERATORS = [Depends(any_caller)]
Weight = Annotated[float, Field(ge=bounds.WEIGHT_MIN, le=bounds.WEIGHT_MAX), NUMBER]
RunsMax = Annotated[int, Field(ge=0, le=bounds.RUNS_MAX), NUMBER]
RequestsPerMinute = Annotated[int, Field(ge=1, le=bounds.REQUESTS_MAX), NUMBER]
Credits = Annotated[int, Field(ge=0, le=bounds.CREDITS_MAX), NUMBER]


class NewClientLimits(Body):
    """All limits of a client; null does not limit."""

    weight: Weight = Field(1.0, description="Its share beside other clients.")
    runs_max: RunsMax = Field(2, description="At once; 0 holds its scans back.")
    requests_per_minute: RequestsPerMinute | None = None
    credits_per_day: Credits | None = Field(None, examples=[5000])
    credits_per_month: Credits | None = None


class ClientLimitsDocument(Document):
    """A client's limits and what is used of them; days and months are those of UTC."""

    weight: float
    runs_max: int
    requests_per_minute: int | None
    credits_per_day: int | None
    credits_per_month: int | None
    runs: int = Field(description="Admitted or running.")
    credits_today: int = Field(description="Charged, and reserved by runs that are not done.")
    credits_this_month: int


class NewProviderLimits(Body):
    """Limits of all clients together at a provider."""

    runs_max: RunsMax = 3
    requests_per_minute: RequestsPerMinute | None = None


class ProviderLimitsDocument(Document):
    """The limits of one provider."""

    provider: ProviderName
    runs_max: int
    requests_per_minute: int | None


class NewInstallationLimits(Body):
    """Limits of the whole installation."""

    runs_max: RunsMax = Field(examples=[4])


class InstallationLimitsDocument(Document):
    """The limits that all clients share."""

    runs_max: int
    providers: list[ProviderLimitsDocument]


def tell_credits(request: Request, scope: InClient) -> None:
    """Guarantees that the answer's headers name the client's quotas of credits."""
    limits = limit_store.client_limits(scope.connection, scope.client_id)
    if limits.credits_per_day is None and limits.credits_per_month is None:
        return
    use = usage_store.client_use(scope.connection, scope.client_id)
    for quota in credit_quotas(limits, use, datetime.now(UTC)):
        tell_quota(request, quota)


@router.get("/v1/clients/{client_id}/limits", dependencies=[Depends(tell_credits)])
def get_limits(scope: InClient) -> ClientLimitsDocument:
    """Read the client's limits and what it uses of them."""
    limits = limit_store.client_limits(scope.connection, scope.client_id)
    use = usage_store.client_use(scope.connection, scope.client_id)
    return ClientLimitsDocument.model_validate(asdict(limits) | asdict(use))


@router.put("/v1/clients/{client_id}/limits")
def put_limits(access: Allowed, backend: Backed, wanted: NewClientLimits) -> ClientLimitsDocument:
    """Set all limits of the client."""
    client_id = access.client_id
    limits = ClientLimits(**wanted.model_dump())
    with backend.database.admission() as c:
        bounds.change_limits(c, client_id, access.principal.doer, limits)
    with backend.database.client(client_id) as c:
        use = usage_store.client_use(c, client_id)
    return ClientLimitsDocument.model_validate(asdict(limits) | asdict(use))


@router.get("/v1/limits", dependencies=OPERATORS)
def get_installation_limits(backend: Backed) -> InstallationLimitsDocument:
    """Read the limits that all clients share."""
    with backend.database.admission() as c:
        runs_max = limit_store.instance_runs_max(c)
        providers = limit_store.limits_of_providers(c, installed().names)
    documents = [_provider_document(name, limits) for name, limits in providers.items()]
    return InstallationLimitsDocument(runs_max=runs_max, providers=documents)


@router.put("/v1/limits")
def put_installation_limits(
    caller: AnyCaller, backend: Backed, wanted: NewInstallationLimits
) -> InstallationLimitsDocument:
    """Set how many runs execute at once in the installation."""
    with backend.database.admission() as c:
        limit_store.set_instance_runs_max(c, wanted.runs_max)
    _record(caller, backend, "installation", **wanted.model_dump())
    return get_installation_limits(backend)


@router.put("/v1/limits/{provider}")
def put_provider_limits(
    caller: AnyCaller, backend: Backed, provider: InstalledProvider, wanted: NewProviderLimits
) -> ProviderLimitsDocument:
    """Set all limits of the provider."""
    limits = ProviderLimits(**wanted.model_dump())
    with backend.database.admission() as c:
        limit_store.set_provider_limits(c, provider, limits)
    _record(caller, backend, provider, **wanted.model_dump())
    return _provider_document(provider, limits)


def _provider_document(provider: str, limits: ProviderLimits) -> ProviderLimitsDocument:
    return ProviderLimitsDocument.model_validate({"provider": provider} | asdict(limits))


def _record(caller: Principal, backend: Backend, subject: str, **limits: object) -> None:
    with backend.database.identity() as c:
        record_of_operators(c, caller.doer, "limits.changed", subject, **limits)
