"""More than one machine: configuration templates, and the whole of it on one for trying."""
