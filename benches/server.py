"""Starts and stops the Mediary under test, and speaks HTTP to it.

Standard library only. Knows the wire contract of `POST /v1/ocr/process` and nothing of what is measured.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "target" / "bench-server.log"
HOST = "127.0.0.1"
START_LIMIT_SECONDS = 60.0
ANSWER_LIMIT_SECONDS = 300.0
NOT_CACHED = {"cache": "false"}
BOUNDARY = "bench-boundary-5d0e1c"


class ServerUnavailable(Exception):
    """The server did not start, or answers the asked-for engine with an error."""


@dataclass(frozen=True)
class Answer:
    """What came back for one document."""

    seconds: float
    content: str


@dataclass(frozen=True)
class RawAnswer:
    """The same before it is looked into."""

    seconds: float
    data: bytes


@dataclass(frozen=True)
class Body:
    """A request body, made before the clock starts."""

    content_type: str
    data: bytes


def multipart(document: bytes, file_name: str, mime: str, fields: dict[str, str]) -> Body:
    """A form with one file."""
    parts = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n".encode()
             for name, value in fields.items()]
    parts.append(f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n"
                 f"Content-Type: {mime}\r\n\r\n".encode())
    parts += [document, f"\r\n--{BOUNDARY}--\r\n".encode()]
    return Body(f"multipart/form-data; boundary={BOUNDARY}", b"".join(parts))


def base64_json(document: bytes, mime: str, fields: dict[str, str]) -> Body:
    """A JSON object with the file inside."""
    text = json.dumps({"file_data": base64.b64encode(document).decode(), "mime_type": mime, **fields})
    return Body("application/json", text.encode())


class Server:
    """A running Mediary."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, started: float) -> None:
        self.process = process
        self.port = port
        self._started = started
        self._refuses_cache: bool | None = None

    def await_health(self) -> float:
        """Polls `/health` each millisecond on raw sockets; seconds from the start to the first answer."""
        question = f"GET /health HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nConnection: close\r\n\r\n".encode()
        while time.perf_counter() - self._started < START_LIMIT_SECONDS:
            try:
                with socket.create_connection((HOST, self.port), timeout=5) as connection:
                    connection.sendall(question)
                    if connection.recv(64).startswith(b"HTTP/1.1 200"):
                        return time.perf_counter() - self._started
            except OSError:
                pass
            if self.process.poll() is not None:
                raise ServerUnavailable(f"the server left with status {self.process.returncode}: {_last_words()}")
            time.sleep(0.001)
        raise ServerUnavailable("the server never answered /health")

    def engines(self) -> list[str]:
        """The names that `/v1/models` lists."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_LIMIT_SECONDS)
        try:
            connection.request("GET", "/v1/models")
            listed = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return [model["id"] for model in listed["data"]]

    def fresh_fields(self, fields: dict[str, str]) -> dict[str, str]:
        """The fields, and the one that has a document read although it was read before, if this server has it."""
        if self._refuses_cache is None:
            try:
                self.read(multipart(b"probe", "probe.txt", "text/plain", {"output": "text", **NOT_CACHED}))
                self._refuses_cache = False
            except ServerUnavailable:
                self._refuses_cache = True
        return fields if self._refuses_cache else {**fields, **NOT_CACHED}

    def read(self, body: Body) -> Answer:
        """Posts a document and waits for the whole answer, of which it keeps the text."""
        raw = self.read_raw(body)
        return Answer(raw.seconds, json.loads(raw.data)["content"])

    def read_raw(self, body: Body, path: str = "/v1/ocr/process") -> RawAnswer:
        """Posts a body and waits for the whole answer."""
        headers = {"Content-Type": body.content_type, "Accept": "application/json"}
        begin = time.perf_counter()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_LIMIT_SECONDS)
        try:
            connection.request("POST", path, body.data, headers)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        seconds = time.perf_counter() - begin
        if response.status != 200:
            raise ServerUnavailable(f"status {response.status}: {raw[:300].decode(errors='replace')}")
        return RawAnswer(seconds, raw)


@contextmanager
def running(executable: Path, provider: str | None = None, config: Path | None = None) -> Iterator[Server]:
    """A server on a free port that is stopped at the end; answers are not awaited here."""
    port = _free_port()
    with LOG.open("wb") as log, tempfile.TemporaryDirectory() as store:
        begin = time.perf_counter()
        named = [] if config is None else ["--config", str(config)]
        process = subprocess.Popen([str(executable), *named, "serve"], env=_environment(port, provider, store), cwd=ROOT,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield Server(process, port, begin)
        finally:
            _stop(process)


def _environment(port: int, provider: str | None, store: str) -> dict[str, str]:
    """Our own environment without settings for another Mediary, but with the weights' home."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("MEDIARY_") or name == "MEDIARY_HOME"}
    kept["MEDIARY_SERVER__PORT"] = str(port)
    # A user's own jobs are none of the bench's business.
    kept["MEDIARY_STORE__DIR"] = store
    # What is remembered is not read, hence not measured.
    kept["MEDIARY_CACHE__BYTES"] = "0"
    if provider is not None:
        kept["MEDIARY_ENGINES__PADDLEOCR__PROVIDER"] = provider
    return kept


def _last_words() -> str:
    """The last line of the log, which says why a server left."""
    lines = LOG.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
