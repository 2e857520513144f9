"""Honest fakes: real servers over loopback and a clock that only moves when told."""

from tests.fakes.clock import Clock

__all__ = ["Clock"]
