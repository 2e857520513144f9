"""Honest fakes: real servers over loopback and a clock that only moves when told."""

from tests.fakes.clock import Clock
from tests.fakes.hook import FakeHook
from tests.fakes.smtp import FakeSmtp
from tests.fakes.web import FakeWeb, Wire

__all__ = ["Clock", "FakeHook", "FakeSmtp", "FakeWeb", "Wire"]
