"""Factors: one file each, pure functions from point-in-time frames to one value per security and session."""
