"""An endpoint that is far away: it reads a request, waits, and answers. Run as a process of its own; prints its port.

It checks nothing, so that it is not what is measured.
"""

import socket
import sys
import threading
import time

BODY = b'{"nextSequenceToken":"495"}'
ANSWER = b"\r\n".join(
    [
        b"HTTP/1.1 200 OK",
        b"Content-Type: application/x-amz-json-1.1",
        b"x-amzn-RequestId: far-away",
        b"Content-Length: %d" % len(BODY),
        b"",
        BODY,
    ]
)


def serve(connection: socket.socket, wait: float) -> None:
    """Answer the requests of one connection."""
    space = memoryview(bytearray(1 << 20))
    held = b""
    with connection:
        while True:
            while b"\r\n\r\n" not in held:
                got = connection.recv(65_536)
                if not got:
                    return
                held += got
            head, _, held = held.partition(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            left = int(lengths[0].split(b":")[1]) - len(held)
            held = b""
            while left > 0:
                got_bytes = connection.recv_into(space, min(left, len(space)))
                if not got_bytes:
                    return
                left -= got_bytes
            time.sleep(wait)
            connection.sendall(ANSWER)


def main() -> None:
    """Listen, say where, and serve until standard input ends."""
    wait = float(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, wait), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
