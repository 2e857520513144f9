"""The web of feeds."""
