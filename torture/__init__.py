"""Everything breaks at random under load, and afterwards nothing may be lost: `make torture`."""
