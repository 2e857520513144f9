"""Secrets from files and settings, read when they are needed so that they may be rotated."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from monitor.errors import ConfigError, Where


def secret(value: SecretStr | None, file: Path | None) -> str | None:
    """Return the secret, None if none is set. Errors: ConfigError that names the file, never what it holds."""
    if value is not None:
        return value.get_secret_value().strip()
    if file is None:
        return None
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Where(str(file)), f"the secret cannot be read: {type(error).__name__}") from None
