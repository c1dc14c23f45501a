"""The part of a config document that notices are drafted from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from infringement_dagster.clients.config_part import Line, Part, Term
from infringement_dagster.domain.client import RightsHolder, Trademark


class TrademarkDocument(Part):
    """One registered mark, such as `{"name": "Acme", "number": "1234567", "office": "USPTO"}`."""

    name: Term
    """The mark as it is registered. Score: none."""
    number: Term
    """The number of the registration. Score: none."""
    office: Term
    """The office that registered it, such as USPTO or EUIPO. Score: none."""


class RightsHolderDocument(Part):
    """In whose name notices are drafted; each channel requires some of these fields."""

    name: Term
    """Whose rights they are. Score: none."""
    address: Line = ""
    """The postal address. Score: none."""
    email: Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+)?$", max_length=254)] = ""
    """The address that marketplaces answer to. Score: none."""
    phone: Line = ""
    """The telephone number. Score: none."""
    signatory: Line = ""
    """The person who signs. Score: none."""
    trademarks: tuple[TrademarkDocument, ...] = Field((), max_length=50)
    """Registered marks, which trademark channels require. Score: none."""
    copyright_works: tuple[Term, ...] = Field((), max_length=50, fail_fast=True)
    """A description or address of each work, which copyright channels require. Score: none."""

    def to_rights_holder(self) -> RightsHolder:
        """The same as plain values."""
        marks = tuple(
            Trademark(trademark.name, trademark.number, trademark.office)
            for trademark in self.trademarks
        )
        return RightsHolder(
            self.name,
            self.address,
            self.email,
            self.phone,
            self.signatory,
            marks,
            self.copyright_works,
        )
