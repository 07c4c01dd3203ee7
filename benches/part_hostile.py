"""What hostile requests cost: many at once of each kind, the memory of all processes, and whom they keep waiting."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import memory
import server
from PIL import Image
from report import Row
from settings import Settings

TITLE = "Hostile requests"
SIDE = 9984
REACH_MIB = 1200 * 1000 * 1000 / memory.MIB
REACH_SMALL_SECONDS = 5.0
REACH_HEALTH_SECONDS = 0.2
SAMPLE_SECONDS = 0.02
HEAD_START_SECONDS = 0.5
HEALTH_EVERY_SECONDS = 0.1
LISTS = b"[],"
ANNOUNCED_BYTES = 190_000_000


@dataclass(frozen=True)
class Attack:
    """A request, and how many of it come at once."""

    name: str
    path: str
    body: server.Body
    count: int


@dataclass(frozen=True)
class Seen:
    """What an attack cost."""

    peak_mib: float
    statuses: Counter[int]
    small_seconds: float
    small_status: int
    health_seconds: float


def picture(mode: str, form: str, **options: object) -> bytes:
    """A white picture of a hundred megapixels."""
    out = io.BytesIO()
    Image.new(mode, (SIDE, SIDE), "white").save(out, form, **options)
    return out.getvalue()


def pdf_bomb() -> bytes:
    """A page with a picture of a hundred megapixels in three colours."""
    packer = zlib.compressobj(9)
    row = bytes(3 * SIDE)
    image = b"".join(packer.compress(row) for _ in range(SIDE)) + packer.flush()
    content = b"595 0 0 842 0 0 cm /X Do"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (SIDE, SIDE, len(image), image),
    ]
    file, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return file + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        len(places) + 1, table, len(places) + 1, len(file))


def bombs(count: int) -> list[Attack]:
    """Small files that unpack to a hundred megapixels each."""
    files = {
        "PNG, one bit": picture("1", "PNG"),
        "PNG, four channels": picture("RGBA", "PNG"),
        "WebP": picture("RGB", "WEBP", lossless=True),
        "TIFF": picture("RGB", "TIFF", compression="tiff_adobe_deflate"),
        "GIF": picture("P", "GIF"),
        "JPEG": picture("L", "JPEG"),
        "JPEG, progressive": picture("RGB", "JPEG", progressive=True),
        "PDF": pdf_bomb(),
    }
    kind = "application/octet-stream"
    return [Attack(name, "/v1/ocr/process?cache=false", server.Body(kind, file), count) for name, file in files.items()]


def floods() -> list[Attack]:
    """Bodies that would cost many times their size."""
    chat, form = "/v1/chat/completions", f"multipart/form-data; boundary={server.BOUNDARY}"
    lists = LISTS * (20_000_000 // len(LISTS)) + b"0"
    long = LISTS * (ANNOUNCED_BYTES // len(LISTS)) + b"0"
    return [
        Attack("JSON of 20 MB of empty lists", chat,
               server.Body("application/json", b'{"model":"m","messages":[],"metadata":[%s]}' % lists), 8),
        Attack("JSON of 190 MB of empty lists", chat, server.Body("application/json", b"[%s]" % long), 8),
        Attack("a form's preamble of 190 MB", "/v1/ocr/process", server.Body(form, b"x" * ANNOUNCED_BYTES), 8),
    ]


def post(port: int, path: str, body: server.Body) -> tuple[int, float]:
    """Status and seconds; 0 where the connection broke before an answer."""
    begin = time.perf_counter()
    connection = http.client.HTTPConnection(server.HOST, port, timeout=server.ANSWER_LIMIT_SECONDS)
    try:
        try:
            connection.request("POST", path, body.data, {"Content-Type": body.content_type})
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body early answers before it has all of it.
            pass
        response = connection.getresponse()
        response.read()
        return response.status, time.perf_counter() - begin
    except (OSError, http.client.HTTPException):
        return 0, time.perf_counter() - begin
    finally:
        connection.close()


class Health:
    """Asks `/health` again and again while it is entered, and keeps the longest wait."""

    def __init__(self, port: int) -> None:
        self.longest_seconds = 0.0
        self._port = port
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="health")

    def __enter__(self) -> Health:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._done.wait(HEALTH_EVERY_SECONDS):
            begin = time.perf_counter()
            with socket.create_connection((server.HOST, self._port)) as connection:
                connection.sendall(f"GET /health HTTP/1.1\r\nHost: {server.HOST}\r\nConnection: close\r\n\r\n".encode())
                connection.recv(64)
            self.longest_seconds = max(self.longest_seconds, time.perf_counter() - begin)


def attacked(mediary: server.Server, count: int, strike: Callable[[int], int], small: server.Body) -> Seen:
    """Strikes `count` times at once, and sends a small scan into the middle of it."""
    with memory.Peak(mediary.process.pid, SAMPLE_SECONDS) as watched, Health(mediary.port) as health, \
            ThreadPoolExecutor(count) as attackers:
        strikes = [attackers.submit(strike, number) for number in range(count)]
        time.sleep(HEAD_START_SECONDS)
        status, seconds = post(mediary.port, "/v1/ocr/process?cache=false", small)
        statuses = Counter(strike.result() for strike in strikes)
    return Seen(watched.rss_bytes / memory.MIB, statuses, seconds, status, health.longest_seconds)


def rows_of(name: str, count: int, seen: Seen) -> list[Row]:
    """The lines of an attack."""
    answers = ", ".join(f"{times} × {status}" for status, times in sorted(seen.statuses.items()))
    is_met = seen.peak_mib <= REACH_MIB and 0 not in seen.statuses
    is_small_met = seen.small_seconds <= REACH_SMALL_SECONDS and seen.small_status == 200
    return [
        Row(f"{count} × {name}: peak of all processes", f"{seen.peak_mib:.0f} MiB ({answers})",
            reach=f"≤ {REACH_MIB:.0f} MiB, all answered", met=is_met),
        Row("… a small scan meanwhile", f"{seen.small_seconds:.1f} s ({seen.small_status})",
            reach=f"≤ {REACH_SMALL_SECONDS:g} s", met=is_small_met),
        Row("… `/health` meanwhile, longest", f"{seen.health_seconds * 1e3:.0f} ms",
            reach=f"≤ {REACH_HEALTH_SECONDS * 1e3:.0f} ms", met=seen.health_seconds <= REACH_HEALTH_SECONDS),
    ]


def announce(mediary: server.Server, path: str) -> int:
    """Announces a long body, sends a few bytes of it and leaves; the server's answer would be 408."""
    with socket.create_connection((server.HOST, mediary.port)) as connection:
        head = (f"POST {path} HTTP/1.1\r\nHost: {server.HOST}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {ANNOUNCED_BYTES}\r\n\r\n")
        connection.sendall(head.encode() + b"{" * 150)
        time.sleep(2)
    return 408


def measure(settings: Settings) -> list[Row]:
    """Every attack against a server of its own, whose engine is loaded."""
    scan = (server.ROOT / "samples" / "sign.png").read_bytes()
    small = server.Body("image/png", scan)
    rows = []
    for attack in bombs(settings.count(64, quick=16)) + floods():
        with server.running(settings.executable, "cpu") as mediary:
            mediary.await_health()
            post(mediary.port, "/v1/ocr/process", small)
            seen = attacked(mediary, attack.count, lambda _: post(mediary.port, attack.path, attack.body)[0], small)
        rows += rows_of(attack.name, attack.count, seen)
    with server.running(settings.executable, "cpu") as mediary:
        mediary.await_health()
        post(mediary.port, "/v1/ocr/process", small)
        count = settings.count(1_000, quick=200)
        seen = attacked(mediary, count, lambda _: announce(mediary, "/v1/chat/completions"), small)
    return rows + rows_of("announced body of 190 MB that does not come", count, seen)
