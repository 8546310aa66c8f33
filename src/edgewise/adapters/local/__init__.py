"""Executors on this machine: this process, or a pool of processes."""

from edgewise.adapters.local.process_pool import ProcessPool
from edgewise.adapters.local.this_process import ThisProcess

__all__ = ["ProcessPool", "ThisProcess"]
