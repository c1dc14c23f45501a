"""Every operation of the API with one valid call, for tests that go through all of them.

A new operation without one fails `test_every_operation_has_a_call`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from tests.api.conftest import CONFIG


@dataclass(frozen=True, slots=True)
class Call:
    """A call; `{...}` in the path stands for one of `Ids`."""

    method: str
    path: str
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ids:
    """Things of one client that paths name; absent ones unless told."""

    client_id: str
    scan_id: UUID = field(default_factory=uuid4)
    case_id: UUID = field(default_factory=uuid4)
    reference_id: UUID = field(default_factory=uuid4)
    user_id: UUID = field(default_factory=uuid4)
    webhook_id: UUID = field(default_factory=uuid4)
    key_id: str = "0123456789abcdef"
    listing_id: str = "B00000"
    version: int = 1
    sha256: str = "0" * 64
    event_no: int = 1
    notice_id: UUID = field(default_factory=uuid4)
    job_id: UUID = field(default_factory=uuid4)  # of an export
    preview_id: UUID = field(default_factory=uuid4)
    history_id: UUID = field(default_factory=uuid4)  # a preview over every stored listing
    import_id: UUID = field(default_factory=uuid4)
    week: date = date(2026, 11, 16)
    entry_id: UUID = field(default_factory=uuid4)
    rule: str = "rule-of-nobody"
    submitted_id: UUID = field(default_factory=uuid4)  # a notice that is being submitted
    submission_id: UUID = field(default_factory=uuid4)
    purchase_id: UUID = field(default_factory=uuid4)
    purchase_photo: str = "0" * 64


C = "/v1/clients/{client_id}"
LOGIN = {"client_id": "acme", "email": "a@b", "password": "x"}
USER = {"email": "ann@x.example", "role": "viewer", "password": "correct horse battery"}
NEW_PASSWORD = {"current_password": "x", "new_password": "copper lantern tuesday"}
RESET = {"token": "x", "new_password": "copper lantern tuesday"}
CALLS: dict[str, Call] = {
    "health": Call("GET", "/healthz"),
    "ready": Call("GET", "/readyz"),
    "metrics": Call("GET", "/metrics"),
    "log_in": Call("POST", "/v1/session", LOGIN),
    "who_am_i": Call("GET", "/v1/session"),
    "log_out": Call("DELETE", "/v1/session"),
    "list_sessions": Call("GET", "/v1/sessions"),
    "end_other_session": Call("DELETE", "/v1/sessions/{user_id}"),
    "change_password": Call("POST", "/v1/session/password", NEW_PASSWORD),
    "reset_password": Call("POST", "/v1/password-resets", RESET),
    "ask_for_reset_link": Call("POST", "/v1/password-reset-mails", {"email": "ann@x.example"}),
    "get_alert_choices": Call("GET", f"{C}/alert-choices"),
    "put_alert_choices": Call("PUT", f"{C}/alert-choices", {"digest": "daily"}),
    "list_alert_mails": Call("GET", f"{C}/alert-mails"),
    "list_refused_addresses": Call("GET", f"{C}/refused-addresses"),
    "get_operator_alerts": Call("GET", "/v1/operator-alerts"),
    "put_operator_alerts": Call("PUT", "/v1/operator-alerts", {"wanted": True}),
    "list_providers": Call("GET", "/v1/providers"),
    "list_clients": Call("GET", "/v1/clients"),
    "create_client": Call("POST", "/v1/clients", {"client_id": "acme", "display_name": "A"}),
    "suspend_client": Call("POST", f"{C}/suspend"),
    "resume_client": Call("POST", f"{C}/resume"),
    "get_client": Call("GET", C),
    "get_summary": Call("GET", f"{C}/summary"),
    "get_usage": Call("GET", f"{C}/usage"),
    "list_reports": Call("GET", f"{C}/reports"),
    "get_report": Call("GET", f"{C}/reports/{{week}}"),
    "download_report": Call("GET", f"{C}/reports/{{week}}/file"),
    "get_agreement": Call("GET", f"{C}/agreement"),
    "get_limits": Call("GET", f"{C}/limits"),
    "put_limits": Call("PUT", f"{C}/limits", {"runs_max": 3}),
    "get_installation_limits": Call("GET", "/v1/limits"),
    "put_installation_limits": Call("PUT", "/v1/limits", {"runs_max": 4}),
    "put_provider_limits": Call("PUT", "/v1/limits/ebay", {"runs_max": 3}),
    "list_keys": Call("GET", f"{C}/keys"),
    "create_key": Call("POST", f"{C}/keys", {}),
    "rotate_key": Call("POST", f"{C}/keys/{{key_id}}/rotate"),
    "revoke_key": Call("DELETE", f"{C}/keys/{{key_id}}"),
    "list_users": Call("GET", f"{C}/users"),
    "create_user": Call("POST", f"{C}/users", USER),
    "disable_user": Call("POST", f"{C}/users/{{user_id}}/disable"),
    "enable_user": Call("POST", f"{C}/users/{{user_id}}/enable"),
    "change_role": Call("PUT", f"{C}/users/{{user_id}}/role", {"role": "viewer"}),
    "make_reset_link": Call("POST", f"{C}/users/{{user_id}}/password-reset"),
    "invite_user": Call("POST", f"{C}/users/{{user_id}}/invitation"),
    "remove_second_factor": Call("DELETE", f"{C}/users/{{user_id}}/second-factor"),
    "get_second_factor_rule": Call("GET", f"{C}/second-factor"),
    "set_second_factor_rule": Call("PUT", f"{C}/second-factor", {"required": False}),
    "list_audit_entries": Call("GET", f"{C}/audit"),
    "get_config": Call("GET", f"{C}/config"),
    "put_config": Call("PUT", f"{C}/config", CONFIG, {"If-Match": '"7"'}),
    "list_config_versions": Call("GET", f"{C}/config/versions"),
    "get_config_version": Call("GET", f"{C}/config/versions/{{version}}"),
    "compare_config_versions": Call("GET", f"{C}/config/versions/{{version}}/changes?since=1"),
    "preview_config": Call("POST", f"{C}/config/preview", CONFIG),
    "get_preview": Call("GET", f"{C}/previews/{{preview_id}}"),
    "stop_preview": Call("DELETE", f"{C}/previews/{{history_id}}"),
    "apply_config": Call("POST", f"{C}/config/apply"),
    "list_entries": Call("GET", f"{C}/list-entries"),
    "add_list_entry": Call(
        "POST",
        f"{C}/list-entries",
        {"list_name": "watch", "kind": "seller", "provider": "ebay", "seller_name": "Sly"}
        | {"reason": "known to us"},
    ),
    "remove_list_entry": Call("DELETE", f"{C}/list-entries/{{entry_id}}"),
    "list_rules": Call("GET", f"{C}/rules"),
    "try_rules": Call("POST", f"{C}/rules/preview", {}),
    "pause_rule": Call("POST", f"{C}/rules/{{rule}}/pause", {}),
    "resume_rule": Call("POST", f"{C}/rules/{{rule}}/resume", {}),
    "list_rule_actions": Call("GET", f"{C}/rules/{{rule}}/actions"),
    "undo_rule": Call("POST", f"{C}/rules/{{rule}}/undo", {}),
    "list_references": Call("GET", f"{C}/references"),
    "add_reference": Call("POST", f"{C}/references?file_name=a.jpg", "no photo"),
    "get_reference_photo": Call("GET", f"{C}/references/{{reference_id}}"),
    "remove_reference": Call("DELETE", f"{C}/references/{{reference_id}}"),
    "get_photo": Call("GET", f"{C}/photos/{{sha256}}"),
    "import_listings": Call("POST", f"{C}/listings:import?file_name=a.csv", "no listings"),
    "list_imports": Call("GET", f"{C}/imports"),
    "get_import": Call("GET", f"{C}/imports/{{import_id}}"),
    "download_faults": Call("GET", f"{C}/imports/{{import_id}}/faults"),
    "request_scan": Call("POST", f"{C}/scans", {"providers": ["walmart"]}),
    "list_scans": Call("GET", f"{C}/scans"),
    "get_scan": Call("GET", f"{C}/scans/{{scan_id}}"),
    "cancel_scan": Call("POST", f"{C}/scans/{{scan_id}}/cancel"),
    "retry_scan": Call("POST", f"{C}/scans/{{scan_id}}/retry"),
    "list_scores": Call("GET", f"{C}/scans/{{scan_id}}/scores"),
    "list_listings": Call("GET", f"{C}/listings"),
    "get_listing": Call("GET", f"{C}/listings/amazon/{{listing_id}}"),
    "search": Call("GET", f"{C}/search?text=kelvarra"),
    "flag_listing": Call("POST", f"{C}/listings/amazon/{{listing_id}}/flag"),
    "list_cases": Call("GET", f"{C}/cases"),
    "export_cases": Call("GET", f"{C}/cases-export"),
    "get_export": Call("GET", f"{C}/exports/{{job_id}}"),
    "download_export": Call("GET", f"{C}/exports/{{job_id}}/file"),
    "get_case": Call("GET", f"{C}/cases/{{case_id}}"),
    "get_evidence": Call("GET", f"{C}/cases/{{case_id}}/evidence/1"),
    "download_bundle": Call("GET", f"{C}/cases/{{case_id}}/bundle"),
    "get_evidence_key": Call("GET", "/v1/evidence-key"),
    "get_case_history": Call("GET", f"{C}/cases/{{case_id}}/history"),
    "list_notices": Call("GET", f"{C}/cases/{{case_id}}/notices"),
    "draft_notice": Call("POST", f"{C}/cases/{{case_id}}/notices", {"channel": "dmca"}),
    "draft_group_notices": Call(
        "POST", f"{C}/groups/{{case_id}}/notices", {"channel": "dsa_art16"}
    ),
    "draft_actor_notices": Call(
        "POST", f"{C}/actors/{{case_id}}/notices", {"channel": "dsa_art16"}
    ),
    "submit_notices": Call(
        "POST",
        f"{C}/notice-submissions",
        {
            "notices": [{"notice_id": str(UUID(int=1)), "version": 1}],
            "reason_code": "9001",
            "confirmed": True,
        },
    ),
    "list_client_notices": Call("GET", f"{C}/notices"),
    "list_notice_channels": Call("GET", f"{C}/notice-channels"),
    "get_notice": Call("GET", f"{C}/notices/{{notice_id}}"),
    "export_notice": Call("GET", f"{C}/notices/{{notice_id}}/text"),
    "change_notice": Call(
        "POST", f"{C}/notices/{{notice_id}}/changes", {"state": "sent", "version": 1}
    ),
    "get_notice_submission": Call("GET", f"{C}/notices/{{submitted_id}}/submission"),
    "submit_notice": Call(
        "POST",
        f"{C}/notices/{{notice_id}}/submissions",
        {"reason_code": "9001", "version": 1, "confirmed": True},
    ),
    "settle_notice_submission": Call(
        "POST",
        f"{C}/notices/{{submitted_id}}/submissions/{{submission_id}}/settle",
        {"settlement": "withdrawn"},
    ),
    "decide_case": Call(
        "POST", f"{C}/cases/{{case_id}}/decisions", {"decision": "unsure", "version": 1}
    ),
    "get_case_work": Call("GET", f"{C}/cases/{{case_id}}/work"),
    "assign_case": Call("PUT", f"{C}/cases/{{case_id}}/assignee", {"assignee": None, "version": 1}),
    "set_due_date": Call(
        "PUT", f"{C}/cases/{{case_id}}/due-date", {"due_on": "2026-12-24", "version": 1}
    ),
    "set_tags": Call("PUT", f"{C}/cases/{{case_id}}/tags", {"tags": ["urgent"], "version": 1}),
    "add_comment": Call("POST", f"{C}/cases/{{case_id}}/comments", {"comment": "Ask first."}),
    "list_purchases": Call("GET", f"{C}/cases/{{case_id}}/test-purchases"),
    "record_case_purchase": Call(
        "POST",
        f"{C}/cases/{{case_id}}/test-purchases",
        {"order_number": "28-1", "ordered_on": "2026-03-01", "amount": "9.90", "currency": "EUR"},
    ),
    "get_purchase": Call("GET", f"{C}/cases/{{case_id}}/test-purchases/{{purchase_id}}"),
    "add_purchase_photo": Call(
        "POST", f"{C}/cases/{{case_id}}/test-purchases/{{purchase_id}}/photos", "no photo"
    ),
    "get_purchase_photo": Call(
        "GET", f"{C}/cases/{{case_id}}/test-purchases/{{purchase_id}}/photos/{{purchase_photo}}"
    ),
    "conclude_purchase": Call(
        "POST",
        f"{C}/cases/{{case_id}}/test-purchases/{{purchase_id}}/outcome",
        {"outcome": "counterfeit", "version": 2},
    ),
    "list_groups": Call("GET", f"{C}/groups"),
    "get_group": Call("GET", f"{C}/groups/{{case_id}}"),
    "get_group_of_case": Call("GET", f"{C}/cases/{{case_id}}/group"),
    "decide_group": Call(
        "POST", f"{C}/groups/{{case_id}}/decisions", {"decision": "unsure", "seen": "0" * 64}
    ),
    "undo_group_decision": Call(
        "POST", f"{C}/groups/{{case_id}}/decisions/undo", {"decided_at": "2026-03-01T12:00:00Z"}
    ),
    "list_proposals": Call("GET", f"{C}/proposals"),
    "confirm_proposals": Call("POST", f"{C}/proposals/decisions", {"seen": "0" * 64}),
    "undo_confirmation": Call(
        "POST", f"{C}/proposals/decisions/undo", {"decided_at": "2026-03-01T12:00:00Z"}
    ),
    "split_group": Call("POST", f"{C}/groups/{{case_id}}/split", {"cases": [str(UUID(int=1))]}),
    "merge_groups": Call(
        "POST", f"{C}/groups/{{case_id}}/merge", {"other_group_id": str(UUID(int=1))}
    ),
    "list_actors": Call("GET", f"{C}/actors"),
    "get_actor": Call("GET", f"{C}/actors/{{case_id}}"),
    "split_actor": Call(
        "POST",
        f"{C}/actors/{{case_id}}/split",
        {"sellers": [{"provider": "ebay", "seller_key": "name:nobody"}]},
    ),
    "merge_actors": Call(
        "POST", f"{C}/actors/{{case_id}}/merge", {"other_actor_id": str(UUID(int=1))}
    ),
    "list_sellers": Call("GET", f"{C}/sellers"),
    "get_seller": Call("GET", f"{C}/sellers/amazon/name:{{case_id}}"),
    "stream_events": Call("GET", f"{C}/events"),
    "stream_scan_events": Call("GET", f"{C}/scans/{{scan_id}}/events"),
    "poll_events": Call("GET", f"{C}/events/poll"),
    "list_webhooks": Call("GET", f"{C}/webhooks"),
    "create_webhook": Call("POST", f"{C}/webhooks", {"url": "https://x.example/"}),
    "delete_webhook": Call("DELETE", f"{C}/webhooks/{{webhook_id}}"),
    "rotate_webhook_secret": Call("POST", f"{C}/webhooks/{{webhook_id}}/rotate"),
    "test_webhook": Call("POST", f"{C}/webhooks/{{webhook_id}}/test"),
    "list_deliveries": Call("GET", f"{C}/webhooks/{{webhook_id}}/deliveries"),
    "redeliver_event": Call(
        "POST", f"{C}/webhooks/{{webhook_id}}/deliveries/{{event_no}}/redeliver"
    ),
    "list_dead_letters": Call("GET", f"{C}/webhooks/{{webhook_id}}/dead-letters"),
    "redeliver": Call("POST", f"{C}/webhooks/{{webhook_id}}/dead-letters/{{event_no}}/redeliver"),
}


def filled(call: Call, ids: Ids) -> str:
    """The call's path with these ids."""
    named = {name: str(getattr(ids, name)) for name in Ids.__dataclass_fields__}
    return call.path.format_map(named)
