"""Tests of the seed articles' reader."""
