"""Derived statistics that ship with the package; see ATTRIBUTION.md."""
