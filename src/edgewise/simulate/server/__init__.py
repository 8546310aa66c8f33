"""A local HTTP server that behaves like the SEC over a simulated market, in simulated time."""

from edgewise.simulate.server.clock import ServerClock, SimulatedClock, simulated_clock_of, simulated_note_of
from edgewise.simulate.server.faults import Fault, Faults, Odds
from edgewise.simulate.server.rules import Rules
from edgewise.simulate.server.run import Served, serve, serve_until_stopped, write_ready_file

__all__ = [
    "Fault",
    "Faults",
    "Odds",
    "Rules",
    "Served",
    "ServerClock",
    "SimulatedClock",
    "serve",
    "serve_until_stopped",
    "simulated_clock_of",
    "simulated_note_of",
    "write_ready_file",
]
