"""Databases as releases wrote them."""
