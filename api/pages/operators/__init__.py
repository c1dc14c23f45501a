"""Pages of whoever runs the installation: its health, its operators, their audit trail."""
