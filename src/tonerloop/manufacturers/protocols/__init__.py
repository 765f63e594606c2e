"""One module per protocol: bytes to messages and back, knowing no tables."""
