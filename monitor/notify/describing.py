"""A route in words: what it tells, and when."""

from __future__ import annotations

from collections.abc import Iterator

from monitor import durations
from monitor.notify.quiet import Quiet
from monitor.notify.routes import Route
from monitor.types.novelty import NEWS


def describe(route: Route) -> str:
    """Return in words what a route tells of the storylines it hears of, and when."""
    return "; ".join([*_times(route), *_matchers(route), *_holds(route)])


def _times(route: Route) -> Iterator[str]:
    if route.cron:
        yield f"at {route.cron} {route.timezone}"
    else:
        yield f"{durations.show(route.group_wait)} after the first" if route.group_wait else "at once"
    if route.group_interval:
        yield f"messages {durations.show(route.group_interval)} apart"
    if route.repeat_interval:
        yield f"an event again after {durations.show(route.repeat_interval)}"
    if route.send_empty:
        yield "also when nothing is new"


def _matchers(route: Route) -> Iterator[str]:
    if route.verdicts != NEWS:
        yield f"only {' or '.join(route.verdicts)}"
    if route.min_score:
        yield f"score from {route.min_score:g}"
    if route.min_sources > 1:
        yield f"from {route.min_sources} independent sources"
    if route.second_source:
        yield "second sources too"
    if route.tags:
        yield f"feeds tagged {' or '.join(route.tags)}"
    if route.terms:
        yield f"with {' or '.join(route.terms)}"


def _holds(route: Route) -> Iterator[str]:
    if route.max_per_day:
        yield f"at most {route.max_per_day} events a day"
    if route.quiet:
        yield f"quiet {_quiet(route.quiet)}"


def _quiet(quiet: Quiet) -> str:
    but = f" but for {' and '.join(quiet.bypass)}" if quiet.bypass else ""
    return f"{quiet.written} {quiet.timezone}{but}"
