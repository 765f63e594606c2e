"""Data sets to measure on: the same from the same seed, written into the tables by COPY."""
