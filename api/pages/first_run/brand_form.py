"""The shortest form that a config can be made of: a brand, its price, where to look; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from api.http.problems import FieldError
from api.http.schemas import Text
from api.pages.languages.words import gettext
from infringement_dagster.clients.config_searches import InstalledProvider

Document = dict[str, object]
_FIELDS: Mapping[str, str] = {  # by the pointer of what is wrong, the longest first
    "/brands/0/price_floor/currency": "currency",
    "/brands/0/price_floor": "price",
    "/brands/0/categories": "kind",
    "/brands": "name",
    "/searches": "provider",
}


class BrandForm(BaseModel):
    """A brand as a new client enters it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text = ""
    price: Text = ""
    currency: Text = ""
    kind: Text = ""  # of product
    provider: set[InstalledProvider] = set()

    def document(self) -> Document:
        """The config: the brand's name, with the kind of product, is searched for at each place."""
        name, kind = self.name.strip(), self.kind.strip()
        brand: Document = {"name": name}
        if kind:
            brand["categories"] = [kind]
        if self.price.strip():
            price = self.price.strip().replace(",", ".")
            brand["price_floor"] = {"amount": price, "currency": self.currency.strip().upper()}
        query = f"{name} {kind}".strip()
        searches = {provider: {"queries": [query]} for provider in sorted(self.provider)}
        return {"brands": [brand], "searches": searches}


@dataclass(frozen=True, slots=True)
class ShownBrand:
    """The form as it was filled in, with what is wrong by field."""

    form: BrandForm
    errors: Mapping[str, str]

    def text(self, name: str) -> str:
        """The text that stands in the field."""
        return str(getattr(self.form, name))


def errors_by_field(form: BrandForm, errors: Sequence[FieldError]) -> dict[str, str]:
    """The errors of the form's document by the field to correct, in its own words where clear."""
    found: dict[str, str] = {}
    for error in errors:
        field = next((name for at, name in _FIELDS.items() if error.pointer.startswith(at)), "name")
        found.setdefault(field, error.message)
    if not form.name.strip():
        found["name"] = gettext("Enter the name of your brand.")
    if not form.provider:
        found["provider"] = gettext("Tick at least one marketplace.")
    if form.price.strip() and not form.currency.strip():
        found["currency"] = gettext("Enter the currency, such as USD.")
    return found
