"""A door before a server: open, connections pass; shut, they are refused, and those that were open are cut."""

import contextlib
import selectors
import socket
import threading


class Gate:
    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.door: socket.socket | None = None
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.port = 0
        self.open()

    def open(self) -> None:
        if self.door is not None:
            return
        self.door = socket.socket()
        self.door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.door.bind(("127.0.0.1", self.port))
        self.door.listen()
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._admit, args=[self.door], daemon=True).start()

    def shut(self) -> None:
        door, self.door = self.door, None
        if door is not None:
            # Closing alone leaves the accepting thread, and with it the port, waiting for one more.
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()
        for side in (side for pair in self.pairs for side in pair):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def _admit(self, door: socket.socket) -> None:
        while self.door is door:
            try:
                client, _ = door.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            self.pairs.append((client, server))
            threading.Thread(target=self._carry, args=[client, server], daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, selectors.DefaultSelector() as waiting, contextlib.suppress(OSError):
            waiting.register(client, selectors.EVENT_READ, server)
            waiting.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in waiting.select():
                    assert isinstance(key.fileobj, socket.socket)
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    key.data.sendall(data)
