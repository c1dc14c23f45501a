"""The stores, workers and settings that the app is built over, opened once for the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.jobs.runner import JobRunner
from api.settings import ApiSettings
from api.stream.feed import EventFeed
from infringement_dagster.clients.config_checks import ConfigChecks
from infringement_dagster.evidence.stamp_outcome import StampOutcome
from infringement_dagster.photos.intake import Intake
from infringement_dagster.photos.previews import PhotoPreviews
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess, descriptor_access
from resources.identity.openid import OpenIdProvider
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.settings import Settings
from resources.vero.account import vero_account
from resources.vero.desk import VeroDesk


@dataclass(frozen=True, slots=True)
class Backend:
    """All that operations share."""

    database: Database
    objects: ObjectStore
    settings: ApiSettings
    feed: EventFeed
    decoder: BlockingDecoder
    config_checks: ConfigChecks
    jobs: JobRunner
    descriptor: DescriptorAccess
    open_id: OpenIdProvider | None  # at which people may log in
    vero: VeroDesk  # where notices to eBay are submitted
    # Threads of their own: those of the operations may all wait for what a caller holds.
    admissions: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    @property
    def intake(self) -> Intake:
        """Takes in references of clients."""
        return Intake(self.database, self.objects, self.decoder, self.descriptor)

    @property
    def sends_mail(self) -> bool:
        """True when people can be mailed."""
        return self.settings.smtp_url is not None

    @property
    def photos(self) -> PhotoPreviews:
        """Photos as people see them."""
        return PhotoPreviews(self.database, self.objects, self.decoder)


def open_backend(
    urls: DatabaseUrls,
    objects: ObjectStore,
    settings: ApiSettings,
    count_stamp: Callable[[StampOutcome], None],
) -> Backend:
    """A backend over this database and store; the feed has connections of its own."""
    return Backend(
        database=Database(urls),
        objects=objects,
        settings=settings,
        feed=EventFeed(Database(urls), urls.app),
        decoder=BlockingDecoder(is_shared=True),
        config_checks=ConfigChecks(),
        jobs=JobRunner(urls, objects, count_stamp),
        descriptor=descriptor_access(Settings()),
        open_id=OpenIdProvider(settings.open_id) if settings.open_id else None,
        vero=VeroDesk(lambda: vero_account(Settings())),
    )


def backend_of(request: Request) -> Backend:
    """The backend of the app that serves the request."""
    backend = request.app.state.backend
    assert isinstance(backend, Backend)
    return backend


Backed = Annotated[Backend, Depends(backend_of)]
