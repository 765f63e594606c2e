"""A TCP proxy of our own: it can cut, refuse, delay, swallow and break off what passes."""

import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Reach = Callable[[], socket.socket]
MODES = ("cut", "delay", "stall", "half")
ONCE = 65536


def to_port(port: Callable[[], int]) -> Reach:
    """Connects to a port of this machine, which may be another one each time."""
    return lambda: socket.create_connection(("127.0.0.1", port()), 5)


def to_socket(path: Callable[[], str]) -> Reach:
    """Connects to a socket in the file system."""

    def reach() -> socket.socket:
        there = socket.socket(socket.AF_UNIX)
        there.connect(path())
        return there

    return reach


@dataclass
class Proxy:
    """Passes on between clients and a server, as well as `mode` lets it."""

    reach: Reach
    mode: str = ""  # "" or one of MODES
    port: int = 0
    pairs: set[tuple[socket.socket, socket.socket]] = field(default_factory=set)
    guard: threading.Lock = field(default_factory=threading.Lock)
    _listening: socket.socket | None = None

    def start(self) -> "Proxy":
        """Listen on a free port."""
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._listening], daemon=True).start()
        return self

    def stop(self) -> None:
        """Listen no more."""
        if self._listening is not None:
            self._listening.close()
        self.cut()

    def spoil(self, mode: str) -> None:
        """From now on behave badly; `cut` ends what is open and refuses what comes."""
        self.mode = mode
        if mode == "cut":
            self.cut()

    def heal(self) -> None:
        """Behave again; what was broken off or swallowed in part is ended for good."""
        spoilt, self.mode = self.mode, ""
        if spoilt == "half":
            self.cut()

    def cut(self) -> None:
        """End every connection without a good-bye."""
        with self.guard:
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            for each in pair:
                _reset(each)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _address = listening.accept()
                threading.Thread(target=self._serve, args=[here], daemon=True).start()

    def _serve(self, here: socket.socket) -> None:
        if self.mode == "cut":
            _reset(here)
            return
        try:
            there = self.reach()
        except OSError:
            _reset(here)
            return
        for each in (here, there):
            with suppress(OSError):  # what comes in pieces goes on in pieces, at once
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.guard:
            self.pairs.add((here, there))
        with suppress(OSError, ValueError):  # cut by somebody else
            self._pass_on(here, there)
        with self.guard:
            self.pairs.discard((here, there))
        here.close()
        there.close()

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        other = {here: there, there: here}
        while True:
            ready, _w, _x = select.select([here, there], [], [], 0.5)
            for each in ready:
                while self.mode == "stall":  # nothing is read, so that the senders' buffers fill
                    time.sleep(0.02)
                data = each.recv(ONCE)
                if not data:
                    return
                if self.mode == "delay":
                    time.sleep(0.15)
                if self.mode == "half":
                    other[each].sendall(data[: len(data) // 2])
                    return
                other[each].sendall(data)


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        connection.close()
