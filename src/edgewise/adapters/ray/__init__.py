"""The executor that spreads items over the machines of a Ray cluster."""

from edgewise.adapters.ray.pool import RayPool, open_ray

__all__ = ["RayPool", "open_ray"]
