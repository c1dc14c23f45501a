"""Private names of Dagster that tests need to stand in for its daemon and web server."""

from __future__ import annotations

from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.launcher import LaunchRunContext, WorkerStatus
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.storage.compute_log_manager import ComputeIOType
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget, GrpcServerTarget

__all__ = [
    "ComputeIOType",
    "EmptyWorkspaceTarget",
    "GrpcServerTarget",
    "JobPythonOrigin",
    "LaunchRunContext",
    "ModuleCodePointer",
    "RegisteredCodeLocationOrigin",
    "RemoteJobOrigin",
    "RemoteRepositoryOrigin",
    "RepositoryPythonOrigin",
    "SubmitRunContext",
    "WorkerStatus",
    "WorkspaceProcessContext",
]
