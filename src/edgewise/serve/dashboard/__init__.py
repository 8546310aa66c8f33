"""What people see in a browser: market day, stock, screener, system health."""

from edgewise.serve.dashboard.app import create_dashboard
from edgewise.serve.dashboard.data import Readings

__all__ = ["Readings", "create_dashboard"]
