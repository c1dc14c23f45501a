"""The letters that people get by mail."""

from __future__ import annotations

from collections.abc import Sequence

from resources.mail.mailer import Letter
from resources.postgres.clients.identity_store import Login


def reset_letter(address: str, accounts: Sequence[Login], link: str, hours: int) -> Letter:
    """The letter with which a person sets a new password for these accounts."""
    return Letter(
        address,
        "Set a new password",
        f"""Somebody, probably you, asked for a new password for {address}.

Set it here, within {hours} hours; the link works once:
{link}

It counts for: {_named(accounts)}. Your sessions end then.
If it was not you, do nothing: your password stays as it is.
""",
    )


def invitation_letter(account: Login, link: str, days: int) -> Letter:
    """The letter with which a person comes into an account that was made for them."""
    return Letter(
        account.email,
        f"You are invited to {_named([account])}",
        f"""You can review cases of {_named([account])} now, as {account.role}.

Set your password here, within {days} days; the link works once:
{link}

Then log in with {account.email}.
""",
    )


def _named(accounts: Sequence[Login]) -> str:
    return ", ".join(account.client_name or "all clients, as operator" for account in accounts)
