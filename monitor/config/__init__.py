"""The configuration: one YAML file (and those it includes) -> `Config`, or every fault in it with its place.

The only reader of the environment. `load` changes nothing anywhere, so that a reload is all or nothing.
"""

from monitor.config.find import find
from monitor.config.load import Config, load, outline
from monitor.config.model import Probes, Retention

__all__ = ["Config", "Probes", "Retention", "find", "load", "outline"]
