"""Ports of this machine: whether one is free, and the next one that is."""

import socket
from collections.abc import Collection


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def next_free(wanted: int, *, taken: Collection[int] = (), host: str = "127.0.0.1") -> int:
    """The wanted port, else the next free one above it that is not promised to another."""
    for port in range(wanted, min(wanted + 500, 65536)):
        if port not in taken and is_free(port, host):
            return port
    raise OSError(f"no port from {wanted} on is free")


def any_free() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
