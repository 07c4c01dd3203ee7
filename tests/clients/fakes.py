"""A server that stands in for a provider: on a port of its own, from the beginning of a `with` to its end.

What it answers is its handler's business (strict.py, upstream.py).
"""

import http.server
import threading


class FakeServer(http.server.ThreadingHTTPServer):
    """Serves on a thread of its own, on a port of the system's choosing unless one is named."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler, port=0):
        super().__init__(("127.0.0.1", port), handler)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class FakeHandler(http.server.BaseHTTPRequestHandler):
    """One connection. What is written goes out at once, as a provider's chunks do, and nothing is logged."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing."""
