"""The providers that are installed: those of any package that names one among its entry points.

Found once a process, so a package that comes or goes is seen after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import ProviderDescription
from resources.providers.plug_in import ENTRY_POINTS, VENDOR_ENTRY_POINTS, ProviderPlugIn

OWN_PACKAGE = "infringement-dagster"
_log = logging.getLogger(__name__)


class ProviderNotInstalled(PermanentError):
    """No installed package brings this provider; what was stored of it stays readable."""


class VendorNotInstalled(PermanentError):
    """No installed package reads the provider through this vendor."""


class NoProviders(PermanentError):
    """Not even the providers that come with the product were found."""


@dataclass(frozen=True, slots=True)
class UnusablePlugIn:
    """An entry point that gives no provider; all others go on without it."""

    name: str
    package: str
    reason: str


@dataclass(frozen=True, slots=True)
class Registry:
    """The providers of this process, by name: those of the product first."""

    plug_ins: Mapping[Provider, ProviderPlugIn]
    packages: Mapping[Provider, str]  # the package of each
    unusable: tuple[UnusablePlugIn, ...] = ()
    # The same providers as vendors other than their first read them, by provider and vendor.
    further: Mapping[tuple[Provider, str], ProviderPlugIn] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.plug_ins

    @property
    def names(self) -> tuple[Provider, ...]:
        """The names of all providers."""
        return tuple(self.plug_ins)

    def vendors(self, name: Provider) -> tuple[str, ...]:
        """The vendors that read the provider, the one that does unless told first.

        Raises `ProviderNotInstalled`.
        """
        further = (vendor for provider, vendor in self.further if provider == name)
        return (self.plug_in(name).vendor.name, *further)

    def plug_in(self, name: Provider, vendor: str | None = None) -> ProviderPlugIn:
        """The provider of this name as the vendor reads it, its first unless told.

        Raises `ProviderNotInstalled` and `VendorNotInstalled`.
        """
        found = self.plug_ins.get(name)
        if found is None:
            raise ProviderNotInstalled(
                f"provider {name!r} is not installed (installed: {', '.join(self.names)}): "
                "install the package that brings it, or leave it out"
            )
        if vendor is None or vendor == found.vendor.name:
            return found
        read_by = self.further.get((name, vendor))
        if read_by is None:
            known = ", ".join(self.vendors(name))
            raise VendorNotInstalled(
                f"no installed package reads {found.description.title} through {vendor!r}; those "
                f"that do: {known}"
            )
        return read_by

    def description(self, name: Provider, vendor: str | None = None) -> ProviderDescription:
        """The facts of the provider as the vendor reads it; raises as `plug_in` does."""
        return self.plug_in(name, vendor).description

    def title(self, name: Provider) -> str:
        """The name as people write it; of a provider that was taken away, its bare name."""
        found = self.plug_ins.get(name)
        return found.description.title if found else name


@cache
def installed() -> Registry:
    """The providers that this process has found; raises `NoProviders`."""
    points = [*entry_points(group=ENTRY_POINTS), *entry_points(group=VENDOR_ENTRY_POINTS)]
    found = registry_of(points)
    for lost in found.unusable:
        _log.warning("provider %s of %s cannot be used: %s", lost.name, lost.package, lost.reason)
    if not found.plug_ins:
        raise NoProviders(
            "no provider was found: this environment was made before the code; make it anew "
            "(`make setup` in a checkout, else reinstall the package)"
        )
    return found


def registry_of(found: Iterable[EntryPoint]) -> Registry:
    """The registry of these entry points; a name that is taken stays with who had it first."""
    plug_ins: dict[Provider, ProviderPlugIn] = {}
    packages: dict[Provider, str] = {}
    further: dict[tuple[Provider, str], ProviderPlugIn] = {}
    unusable: list[UnusablePlugIn] = []
    for point in sorted(found, key=_rank):
        is_further = point.group == VENDOR_ENTRY_POINTS
        loaded = _further(point, plug_ins, further) if is_further else _loaded(point, packages)
        if isinstance(loaded, str):
            unusable.append(UnusablePlugIn(point.name, _package(point), loaded))
        elif is_further:
            further[loaded.description.name, loaded.vendor.name] = loaded
        else:
            plug_ins[point.name] = loaded
            packages[point.name] = _package(point)
    return Registry(plug_ins, packages, tuple(unusable), further)


def _rank(point: EntryPoint) -> tuple[bool, bool, str, str]:
    """The product's own go first, so that no package can stand in for one of them."""
    package, is_further = _package(point), point.group == VENDOR_ENTRY_POINTS
    return (is_further, package != OWN_PACKAGE, point.name, package)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed package"


def _loaded(point: EntryPoint, packages: Mapping[Provider, str]) -> ProviderPlugIn | str:
    """The provider, or why it cannot be used."""
    if point.name in packages:
        return f"{packages[point.name]} brings a provider of this name already"
    found = _plug_in(point)
    if isinstance(found, ProviderPlugIn) and found.description.name != point.name:
        return f"its description calls it {found.description.name!r}"
    return found


def _further(
    point: EntryPoint,
    plug_ins: Mapping[Provider, ProviderPlugIn],
    further: Mapping[tuple[Provider, str], ProviderPlugIn],
) -> ProviderPlugIn | str:
    """A known provider as another vendor reads it, or why it cannot be used."""
    found = _plug_in(point)
    if isinstance(found, str):
        return found
    provider, vendor = found.description.name, found.vendor.name
    if point.name != f"{provider}.{vendor}":
        return f"it reads {provider!r} through {vendor!r}: name it {provider}.{vendor}"
    if provider not in plug_ins:
        return f"there is no provider {provider!r} that it could read"
    if vendor == plug_ins[provider].vendor.name or (provider, vendor) in further:
        return f"{provider!r} is read through {vendor!r} already"
    return found


def _plug_in(point: EntryPoint) -> ProviderPlugIn | str:
    try:
        found = point.load()
    except Exception as error:  # whatever foreign code raises, the others must work
        return f"{point.value} cannot be loaded: {type(error).__name__}: {error}"
    if not isinstance(found, ProviderPlugIn):
        return f"{point.value} is {type(found).__name__}, not a ProviderPlugIn"
    return found
