"""The providers that are installed: those of any package that names one among its entry points.

Found once a process, so a package that comes or goes is seen after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import ProviderDescription
from resources.providers.plug_in import ENTRY_POINTS, ProviderPlugIn

OWN_PACKAGE = "infringement-dagster"
_log = logging.getLogger(__name__)


class ProviderNotInstalled(PermanentError):
    """No installed package brings this provider; what was stored of it stays readable."""


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

    def __contains__(self, name: object) -> bool:
        return name in self.plug_ins

    @property
    def names(self) -> tuple[Provider, ...]:
        """The names of all providers."""
        return tuple(self.plug_ins)

    def plug_in(self, name: Provider) -> ProviderPlugIn:
        """The provider of this name; raises `ProviderNotInstalled`."""
        found = self.plug_ins.get(name)
        if found is None:
            raise ProviderNotInstalled(
                f"provider {name!r} is not installed (installed: {', '.join(self.names)}): "
                "install the package that brings it, or leave it out"
            )
        return found

    def description(self, name: Provider) -> ProviderDescription:
        """The facts of the provider of this name; raises `ProviderNotInstalled`."""
        return self.plug_in(name).description

    def title(self, name: Provider) -> str:
        """The name as people write it; of a provider that was taken away, its bare name."""
        found = self.plug_ins.get(name)
        return found.description.title if found else name


@cache
def installed() -> Registry:
    """The providers that this process has found; raises `NoProviders`."""
    found = registry_of(entry_points(group=ENTRY_POINTS))
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
    unusable: list[UnusablePlugIn] = []
    for point in sorted(found, key=_rank):
        loaded = _loaded(point, packages)
        if isinstance(loaded, str):
            unusable.append(UnusablePlugIn(point.name, _package(point), loaded))
        else:
            plug_ins[point.name] = loaded
            packages[point.name] = _package(point)
    return Registry(plug_ins, packages, tuple(unusable))


def _rank(point: EntryPoint) -> tuple[bool, str, str]:
    """The product's own go first, so that no package can stand in for one of them."""
    package = _package(point)
    return (package != OWN_PACKAGE, point.name, package)


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed package"


def _loaded(point: EntryPoint, packages: Mapping[Provider, str]) -> ProviderPlugIn | str:
    """The provider, or why it cannot be used."""
    if point.name in packages:
        return f"{packages[point.name]} brings a provider of this name already"
    try:
        found = point.load()
    except Exception as error:  # whatever foreign code raises, the others must work
        return f"{point.value} cannot be loaded: {type(error).__name__}: {error}"
    if not isinstance(found, ProviderPlugIn):
        return f"{point.value} is {type(found).__name__}, not a ProviderPlugIn"
    if found.description.name != point.name:
        return f"its description calls it {found.description.name!r}"
    return found
