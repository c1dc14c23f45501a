"""The pages of whoever runs the installation."""

from __future__ import annotations

from api.pages import client_choice
from api.pages.operators import health, operators, trail

OPERATOR_ROUTERS = (client_choice.router, health.router, operators.router, trail.router)
