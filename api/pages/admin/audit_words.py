"""The audit trail in plain words: what each entry tells of, and which kind of thing it is."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["all", "log-ins", "exports", "changes"]
KINDS: Final[dict[Kind, str]] = {
    "all": "Everything",
    "log-ins": "Log-ins",
    "exports": "Exports",
    "changes": "Changes",
}
LOG_INS: Final = (
    *("login.succeeded", "login.refused", "key.refused", "request.refused"),
    *("session.ended", "session.others_ended"),
)
EXPORTS: Final = (
    *("cases.exported", "bundle.exported", "evidence.exported", "notice.exported"),
    "report.exported",
)
ACTIONS: Final[dict[str, str]] = {
    "login.succeeded": "Logged in",
    "login.refused": "Was refused at log-in",
    "key.refused": "A key was refused",
    "request.refused": "Asked for what they may not do",
    "session.ended": "Logged out or ended a session",
    "session.others_ended": "Ended all other sessions",
    "cases.exported": "Exported cases",
    "bundle.exported": "Took an evidence bundle along",
    "evidence.exported": "Took a piece of evidence along",
    "notice.exported": "Took a notice along",
    "report.exported": "Took a weekly report along",
    "key.created": "Made an API key",
    "key.rotated": "Rotated an API key",
    "key.revoked": "Revoked an API key",
    "user.created": "Added a person",
    "user.invited": "Invited a person",
    "user.link_mailed": "Was mailed a link",
    "user.role_changed": "Changed a role",
    "user.disabled": "Deactivated a person",
    "user.enabled": "Reactivated a person",
    "user.unlocked": "Unlocked a person",
    "user.reset_link_made": "Made a reset link",
    "user.password_changed": "Changed their password",
    "user.password_reset": "Set a password by a link",
    "second_factor.confirmed": "Set up their second factor",
    "second_factor.removed": "Removed a second factor",
    "client.second_factor_rule": "Changed who needs a second factor",
    "client.created": "Added the client",
    "client.suspended": "Suspended the client",
    "client.active": "Resumed the client",
    "webhook.created": "Added a web-hook",
    "webhook.deleted": "Removed a web-hook",
    "webhook.secret_rotated": "Made a new secret for a web-hook",
    "webhook.tested": "Sent a test to a web-hook",
    "webhook.redelivered": "Sent an event again",
    "limits.changed": "Changed limits",
    "retention.changed": "Changed how long things are kept",
    "alerts.changed": "Chose other mails",
    "alerts.unsubscribed": "Unsubscribed from mails",
    "listings.imported": "Imported listings",
    "list.added": "Added to a list",
    "list.removed": "Took off a list",
    "rule.paused": "Paused a rule",
    "rule.resumed": "Resumed a rule",
    "screenshot.asked": "Asked for a screenshot",
    "purchase.recorded": "Recorded a test purchase",
    "purchase.photo_added": "Added a photo of a test purchase",
    "purchase.concluded": "Concluded a test purchase",
    "case.flagged_by_hand": "Flagged a listing by hand",
}
