"""Data sets to measure on: always the same from a seed, written straight into the tables by COPY."""
