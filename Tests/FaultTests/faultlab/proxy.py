"""A proxy between client and box that loses answers."""

import random
import socket
import threading

HANDSHAKE_BYTES_MAX = 4_096
CHUNK_BYTES_MAX = 65_536


class DroppingProxy:
    """Passes bytes on; now and then it closes a connection instead of delivering an answer."""

    def __init__(self, port, part, seed):
        self.target = port
        self.part = part
        self.random = random.Random(seed)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.dropped = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Takes connections until the listener is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answer, args=(server, client), daemon=True).start()

    def pass_on(self, client, server):
        """Client to box: everything."""
        pump(client, server, lambda _: True)
        hang_up(client, server)

    def answer(self, server, client):
        """Box to client: the TLS handshake always, answers mostly."""
        passed = 0

        def is_passed(chunk):
            nonlocal passed
            passed += len(chunk)
            if passed < HANDSHAKE_BYTES_MAX or self.random.random() >= self.part:
                return True
            self.dropped += 1
            return False

        pump(server, client, is_passed)
        hang_up(client, server)

    def close(self):
        """Takes no more connections."""
        self.listener.close()


def pump(source, target, is_passed):
    """Passes chunks on until one end closes or a chunk is held back."""
    while True:
        try:
            chunk = source.recv(CHUNK_BYTES_MAX)
            if not chunk or not is_passed(chunk):
                return
            target.sendall(chunk)
        except OSError:
            return


def hang_up(*channels):
    """Closes both ends at once."""
    for one in channels:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        one.close()
