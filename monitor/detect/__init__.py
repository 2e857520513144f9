"""The science: what an entry has to do with a storyline; no I/O, no clock, no database."""
