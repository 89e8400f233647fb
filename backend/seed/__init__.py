"""The demo workspace, planted through public use cases only."""

from backend.seed.demo import plant_demo

__all__ = ["plant_demo"]
