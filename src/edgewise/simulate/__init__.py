"""A simulated market that files, trades and talks in the providers' own formats, with a known effect planted in it."""

from edgewise.simulate.archive import Simulated, control_prices, simulate, simulated_before
from edgewise.simulate.plan import Plan

__all__ = ["Plan", "Simulated", "control_prices", "simulate", "simulated_before"]
