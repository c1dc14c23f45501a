"""Which permission each operation of the API needs, declared once; roles follow from it.

`check_declared` fails the build of an app with an operation that is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.permissions import PERMISSIONS_OF, Permission, Role

Need = Permission | Literal["nobody", "anybody"]  # nobody: no credential; anybody: any live one

OPERATIONS: Final[dict[str, Need]] = {
    "health": "nobody",
    "ready": "nobody",
    "metrics": "nobody",
    "log_in": "nobody",
    "who_am_i": "anybody",
    "log_out": "anybody",
    "list_sessions": "anybody",
    "end_other_session": "anybody",
    "change_password": "anybody",
    "reset_password": "nobody",
    "ask_for_reset_link": "nobody",
    "list_clients": "clients:manage",
    "create_client": "clients:manage",
    "suspend_client": "clients:manage",
    "resume_client": "clients:manage",
    "get_client": "clients:read",
    "get_summary": "results:read",
    "get_usage": "clients:read",
    "list_reports": "results:read",
    "get_report": "results:read",
    "download_report": "results:export",
    "get_agreement": "access:manage",  # it names people
    "get_limits": "clients:read",
    "put_limits": "clients:manage",
    "get_installation_limits": "clients:manage",
    "put_installation_limits": "clients:manage",
    "put_provider_limits": "clients:manage",
    "list_providers": "anybody",
    "list_keys": "access:manage",
    "create_key": "access:manage",
    "rotate_key": "access:manage",
    "revoke_key": "access:manage",
    "list_users": "access:manage",
    "create_user": "access:manage",
    "disable_user": "access:manage",
    "enable_user": "access:manage",
    "change_role": "access:manage",
    "make_reset_link": "access:manage",
    "invite_user": "access:manage",
    "remove_second_factor": "access:manage",
    "get_second_factor_rule": "access:manage",
    "set_second_factor_rule": "access:manage",
    "list_audit_entries": "access:manage",
    "get_config": "config:read",
    "put_config": "config:write",
    "list_config_versions": "config:read",
    "get_config_version": "config:read",
    "compare_config_versions": "config:read",
    "preview_config": "config:write",
    "get_preview": "config:write",
    "apply_config": "config:write",
    "list_references": "config:read",
    "add_reference": "config:write",
    "get_reference_photo": "config:read",
    "remove_reference": "config:write",
    "get_photo": "results:read",
    "import_listings": "scans:write",
    "list_imports": "scans:read",
    "get_import": "scans:read",
    "download_faults": "scans:read",
    "request_scan": "scans:write",
    "list_scans": "scans:read",
    "get_scan": "scans:read",
    "cancel_scan": "scans:write",
    "retry_scan": "scans:write",
    "list_scores": "results:read",
    "list_listings": "results:read",
    "get_listing": "results:read",
    "flag_listing": "cases:decide",
    "search": "results:read",
    "list_cases": "results:read",
    "export_cases": "results:export",
    "get_export": "results:export",
    "download_export": "results:export",
    "get_case": "results:read",
    "get_evidence": "results:export",
    "download_bundle": "results:export",
    "get_evidence_key": "nobody",  # whoever is shown a bundle checks it, without an account here
    "get_case_history": "results:read",
    "list_notices": "results:read",
    "draft_notice": "cases:decide",
    "list_client_notices": "results:read",
    "list_notice_channels": "results:read",
    "get_notice": "results:read",
    "export_notice": "results:export",
    "change_notice": "cases:decide",
    "decide_case": "cases:decide",
    "list_groups": "results:read",
    "get_group": "results:read",
    "get_group_of_case": "results:read",
    "decide_group": "cases:decide",
    "undo_group_decision": "cases:decide",
    "split_group": "cases:decide",
    "merge_groups": "cases:decide",
    "stream_events": "results:read",
    "stream_scan_events": "results:read",
    "poll_events": "results:read",
    "list_webhooks": "webhooks:manage",
    "create_webhook": "webhooks:manage",
    "delete_webhook": "webhooks:manage",
    "rotate_webhook_secret": "webhooks:manage",
    "test_webhook": "webhooks:manage",
    "list_deliveries": "webhooks:manage",
    "redeliver_event": "webhooks:manage",
    "list_dead_letters": "webhooks:manage",
    "redeliver": "webhooks:manage",
}

# Pages are for people and stand in no OpenAPI document.
PAGES: Final[dict[str, Need]] = {
    "get_static_file": "nobody",
    "show_docs": "nobody",
    "get_types": "nobody",
    "show_log_in": "nobody",
    "log_in_by_form": "nobody",
    "show_next_step": "nobody",
    "choose_account": "nobody",
    "give_code": "nobody",
    "set_up_at_log_in": "nobody",
    "log_out_by_form": "anybody",
    "show_account": "anybody",
    "change_password_on_page": "anybody",
    "begin_factor_on_page": "anybody",
    "confirm_factor_on_page": "anybody",
    "turn_factor_off_on_page": "anybody",
    "end_session_on_page": "anybody",
    "end_other_sessions_on_page": "anybody",
    "show_forgotten": "nobody",
    "ask_by_form": "nobody",
    "show_set_password": "nobody",
    "set_password_by_form": "nobody",
    "show_people": "access:manage",
    "add_person_on_page": "access:manage",
    "change_role_on_page": "access:manage",
    "disable_on_page": "access:manage",
    "enable_on_page": "access:manage",
    "make_reset_link_on_page": "access:manage",
    "invite_on_page": "access:manage",
    "remove_factor_on_page": "access:manage",
    "set_factor_rule_on_page": "access:manage",
    "show_webhooks": "webhooks:manage",
    "add_webhook_on_page": "webhooks:manage",
    "delete_webhook_on_page": "webhooks:manage",
    "rotate_webhook_on_page": "webhooks:manage",
    "test_webhook_on_page": "webhooks:manage",
    "show_deliveries": "webhooks:manage",
    "redeliver_on_page": "webhooks:manage",
    "show_home": "anybody",
    "choose_client": "clients:manage",
    "show_client_home": "results:read",
    "show_search": "results:read",
    "show_queue": "results:read",
    "show_case": "results:read",
    "show_seller_cases": "results:read",
    "decide_on_page": "cases:decide",
    "undo_on_page": "cases:decide",
    "show_listing": "results:read",
    "flag_on_page": "cases:decide",
    "show_scans": "scans:read",
    "show_scan": "scans:read",
    "show_runs": "scans:read",
    "ask_start_on_page": "scans:write",
    "start_on_page": "scans:write",
    "show_imports": "scans:read",
    "show_import": "scans:read",
    "import_on_page": "scans:write",
    "cancel_on_page": "scans:write",
    "retry_on_page": "scans:write",
    "decide_selection": "cases:decide",
    "take_back_at_once": "cases:decide",
    "ask_bulk_decision": "cases:decide",
    "decide_in_bulk": "cases:decide",
    "show_groups": "results:read",
    "show_group": "results:read",
    "show_case_group": "results:read",
    "decide_group_on_page": "cases:decide",
    "undo_group_on_page": "cases:decide",
    "split_group_on_page": "cases:decide",
    "merge_group_on_page": "cases:decide",
    "edit_views": "results:read",
    "save_view_on_page": "results:read",
    "rename_view_on_page": "results:read",
    "delete_view_on_page": "results:read",
    "show_evidence": "results:read",
    "show_notices": "results:read",
    "show_notice": "results:read",
    "answer_on_notice_page": "cases:decide",
    "redraft_on_notice_page": "cases:decide",
    "draft_on_page": "cases:decide",
    "report_on_page": "cases:decide",
    "show_reports": "results:read",
    "show_report": "results:read",
    "show_client": "config:read",
    "add_references_on_page": "config:write",
    "remove_reference_on_page": "config:write",
    "restore_reference_on_page": "config:write",
    "show_config": "config:read",
    "preview_on_page": "config:write",
    "save_on_page": "config:write",
    "show_version": "config:read",
    "restore_version_on_page": "config:write",
}


class UndeclaredOperation(PermanentError):
    """The app has an operation without a permission, or the table names one that is not there."""


def check_declared(operations: Iterable[str]) -> None:
    """Returns when the app's operations are those of the tables; raises UndeclaredOperation."""
    odd = set(operations) ^ (OPERATIONS.keys() | PAGES.keys())
    if odd:
        raise UndeclaredOperation(
            f"operations {', '.join(sorted(odd))} are in the app or in api/permissions.py, "
            "not in both: declare which permission each needs"
        )


def need_of(operation: str) -> Need:
    """The permission that the operation needs."""
    return OPERATIONS[operation] if operation in OPERATIONS else PAGES[operation]


def may(role: Role, operation: str) -> bool:
    """True when people and keys of this role may do the operation."""
    need = need_of(operation)
    return need in ("nobody", "anybody") or need in PERMISSIONS_OF[role]
