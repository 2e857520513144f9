"""The tables. Times are UTC epoch milliseconds, lists and maps are JSON text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Return an aware datetime as it is kept: milliseconds since the epoch."""
    return (moment - EPOCH) // MILLISECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime kept as epoch milliseconds; naive ones are refused."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + value * MILLISECOND


class Span(TypeDecorator[timedelta]):
    """A timedelta kept as milliseconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else value // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002
        return None if value is None else value * MILLISECOND


class Json(TypeDecorator[Any]):
    """A JSON value kept as compact text; null stays null."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else json.loads(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="0")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    _flag("listed"),  # stands in the configuration now
    _text("name"),
    Column("tags", Json, nullable=False),
    Column("every", Span),
    _text("full_text", "never"),
    Column("auth_file", Text),
    Column("headers_file", Text),
    _flag("allow_private_networks"),
    _flag("disabled"),
    _text("title"),
    _text("fetch_url"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("first_polled_at", Moment),
    Column("polled_at", Moment),
    Column("ok_at", Moment),
    Column("news_at", Moment),
    Column("due_at", Moment),
    Column("failing_since", Moment),
    _count("failures"),
    _text("error"),
    _text("health", "new"),
    Column("rhythm", Span),
    Column("newest", Moment),
    _count("gaps"),
    Column("notes", Json, nullable=False),
    Index("ix_feeds_listed_due_at", "listed", "due_at"),
)

entries = Table(
    "entries",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("feed_id", Integer, ForeignKey("feeds.id"), nullable=False),
    Column("key", Text, nullable=False),
    _text("source"),
    _text("id"),
    _text("link"),
    _text("canonical"),
    _text("title"),
    _text("summary"),
    _text("content"),
    _text("author"),
    _text("lang"),
    Column("published", Moment),
    Column("updated", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("date", Moment, nullable=False),
    _flag("undated"),
    _flag("date_guessed"),
    _flag("first_poll"),
    _flag("paged"),
    _count("revision"),
    _text("fingerprint"),
    _text("state", "new"),  # new | assessed | quarantined
    _count("assessed_no"),  # order of assessing, 0 = not yet
    _count("tries"),
    _text("error"),
    Column("previous", Json),  # title, summary, content before the last edit
    Index("ix_entries_state_date_uid", "state", "date", "uid"),
    Index("ix_entries_assessed_no", "assessed_no"),
    Index("ix_entries_feed_id_canonical", "feed_id", "canonical"),
    Index("ix_entries_feed_id_fingerprint", "feed_id", "fingerprint"),
    Index("ix_entries_canonical", "canonical"),
    Index("ix_entries_link", "link"),
    Index("ix_entries_seen_at", "seen_at"),
    sqlite_autoincrement=True,
)

# Every key under which a feed ever offered an entry: what stops an old item from coming back as news.
entry_keys = Table(
    "entry_keys",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seq", Integer, ForeignKey("entries.seq")),  # null: noted, never read
    _text("fingerprint"),
    Column("listed_at", Moment, nullable=False),
)

storylines = Table(
    "storylines",
    metadata,
    Column("name", Text, primary_key=True),
    _text("title"),
    _flag("listed"),
    _flag("paused"),
    _text("version"),
    Column("start_at", Moment),  # set at the first poll
    Column("threshold", Float),
    _text("threshold_origin"),
    Column("threshold_before", Float),  # of the epoch before: what a restart starts from
    _count("epoch"),
    _flag("looked_back"),  # over the entries that were held when it came
)

# Multilingual sentence vectors of entries on topic: they cost milliseconds each, and a restart needs them all.
vectors = Table(
    "vectors",
    metadata,
    Column("seq", Integer, ForeignKey("entries.seq"), primary_key=True),
    Column("print", Text, nullable=False),  # of the text it was made from
    Column("value", LargeBinary, nullable=False),  # float32
)

thresholds = Table(
    "thresholds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("storyline", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("value", Float, nullable=False),
    _text("origin"),
    Index("ix_thresholds_storyline", "storyline"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("no", Integer, primary_key=True),  # order of deciding
    Column("seq", Integer, ForeignKey("entries.seq"), nullable=False),
    Column("storyline", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("threshold", Float, nullable=False),
    _flag("on_topic"),
    _text("reason"),
    _flag("backlog"),
    Column("event_id", Text),
    _flag("is_first"),
    Column("copy_of", Text),
    Column("novelty", Text),
    Column("decided_at", Moment, nullable=False),
    _text("version"),
    Column("detail", Json),  # match, assignment and verdict in full; null far below the threshold
    UniqueConstraint("seq", "storyline"),
    Index("ix_decisions_storyline_on_topic_no", "storyline", "on_topic", "no"),
    Index("ix_decisions_event_id", "event_id"),
    Index("ix_decisions_storyline_decided_at", "storyline", "decided_at"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("storyline", Text, nullable=False),
    _text("title"),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    _text("state", "open"),
    Column("merged_into", Text),
    Index("ix_events_storyline_last_seen", "storyline", "last_seen"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("route", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("storyline", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("entry_uid", Text, nullable=False),
    Column("novelty", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("created_at", Moment, nullable=False),
    _text("state", "pending"),
    _text("reason"),
    Column("digest_id", Text),
    Index("ix_alerts_state_route_storyline", "state", "route", "storyline"),
    Index("ix_alerts_state_reason", "state", "reason"),
    Index("ix_alerts_entry_uid", "entry_uid"),
    Index("ix_alerts_digest_id", "digest_id"),
    sqlite_autoincrement=True,
)

digests = Table(
    "digests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("route", Text, nullable=False),
    Column("storyline", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("period_from", Moment, nullable=False),
    Column("period_to", Moment, nullable=False),
    _count("number"),
    _count("events"),
    _count("entries"),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("route", "storyline", "slot"),
    Index("ix_digests_receiver_storyline", "receiver", "storyline"),
)

# Every sentence a receiver was sent: newness is judged against it.
told = Table(
    "told",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("storyline", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("entry_uid", Text, nullable=False),
    Column("digest_id", Text, nullable=False),
    _text("text"),
    Column("at", Moment, nullable=False),
    Index("ix_told_receiver_storyline", "receiver", "storyline", "id"),
)

# What is sent, once for all recipients: SQLite writes a whole row anew when one column of it changes.
bodies = Table(
    "bodies",
    metadata,
    Column("digest_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("json", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("digest_id", Text, nullable=False),
    Column("storyline", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    _count("number"),
    _text("state", "pending"),
    _count("attempts"),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment),
    Column("lease_until", Moment),
    Column("planned_at", Moment, nullable=False),  # when those two were last set
    _text("error"),
    Column("sent_at", Moment),
    Index("ix_deliveries_state_receiver_next_attempt_at", "state", "receiver", "next_attempt_at"),
    Index("ix_deliveries_receiver_sent_at", "receiver", "sent_at"),
    Index("ix_deliveries_digest_id", "digest_id"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", Integer, ForeignKey("deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    _text("detail"),
    Index("ix_attempts_delivery_id", "delivery_id"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("storyline", Text, nullable=False),
    Column("until", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("terms", Json, nullable=False),
    _text("event_id"),
    _text("author"),
    _text("comment"),
    _count("swallowed"),
    _flag("ended"),
)

# Every word of a reader, in order: the last one about an entry stands, null takes back what was said before.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_uid", Text, nullable=False),
    Column("storyline", Text, nullable=False),
    Column("yes", Boolean),
    Column("at", Moment, nullable=False),
    _text("text"),
    _text("by"),
    Index("ix_feedback_storyline_entry_uid", "storyline", "entry_uid"),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Json),
)
