"""What each protocol costs over `/v1/chat/completions` with the same provider behind it: time added to a small request,
and processor time for each token of a stream.

The provider answers at once, in a process of its own, with bytes that were made before. Protocols take turns within each
round, so that whatever disturbs the machine disturbs all of them.
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import process_cost
import server
from report import Row, Spread
from settings import Settings

TITLE = "Protocols"
TOKENS = 400
WARM_UP = 20
REACH_SAME = 1.15
REACH_TRANSLATED = 1.5
CHAT = "openai"
"""The protocol that all others are held against."""
JSON, EVENTS, LINES = "application/json", "text/event-stream", "application/x-ndjson"
USAGE = {"prompt_tokens": 9, "completion_tokens": TOKENS, "total_tokens": TOKENS + 9}
WORD = "word "


@dataclass(frozen=True)
class Asked:
    """A request as a client of a protocol sends it."""

    path: str
    body: dict[str, Any]


def provider_of(dialect: str) -> str:
    """A provider's id that no catalog has: what is known of the vendors themselves is not to be tried here."""
    return f"a-server-of-{dialect}"


def asked(protocol: str, dialect: str, streams: bool) -> Asked:
    """The same question in the words of a protocol."""
    model = f"{provider_of(dialect)}/m"
    said = [{"role": "user", "content": "What is two and two?"}]
    match protocol:
        case "openai":
            return Asked("/v1/chat/completions", {"model": model, "messages": said, "stream": streams})
        case "anthropic":
            return Asked("/v1/messages", {"model": model, "max_tokens": 500, "messages": said, "stream": streams})
        case "ollama":
            return Asked("/api/chat", {"model": model, "messages": said, "stream": streams})
        case "responses":
            body = {"model": model, "input": "What is two and two?", "store": False, "stream": streams}
            return Asked("/v1/responses", body)
        case "completions":
            return Asked("/v1/completions", {"model": model, "prompt": "What is two and two?", "stream": streams})
        case "gemini":
            method = "streamGenerateContent?alt=sse" if streams else "generateContent"
            contents = [{"role": "user", "parts": [{"text": "What is two and two?"}]}]
            return Asked(f"/v1beta/models/{model}:{method}", {"contents": contents})
    raise ValueError(protocol)


PAIRS = (("anthropic", "anthropic"), ("ollama", "ollama"), ("gemini", "gemini"), ("anthropic", CHAT), ("ollama", CHAT),
         ("gemini", CHAT), ("responses", CHAT), ("completions", CHAT))
"""Each protocol, and the provider that it is tried with."""
DIALECTS = tuple(dict.fromkeys(dialect for _, dialect in PAIRS))


def answer(dialect: str, streams: bool) -> tuple[str, bytes]:
    """What the provider says, and of which type it is."""
    words = [WORD] * TOKENS
    match dialect:
        case "openai":
            head = {"id": "r", "created": 1, "model": "m"}
            if not streams:
                message = {"role": "assistant", "content": "Four."}
                choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
                return JSON, dumped({**head, "object": "chat.completion", "choices": [choice], "usage": USAGE})
            deltas: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}, "finish_reason": None}]
            deltas += [{"delta": {"content": word}, "finish_reason": None} for word in words]
            deltas.append({"delta": {}, "finish_reason": "stop"})
            chunks = [{**head, "object": "chat.completion.chunk", "choices": [{"index": 0, **delta}]} for delta in deltas]
            chunks.append({**head, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
            return EVENTS, events(chunks) + b"data: [DONE]\n\n"
        case "gemini":
            usage = {"promptTokenCount": 9, "candidatesTokenCount": TOKENS, "totalTokenCount": TOKENS + 9}
            pieces = words if streams else ["Four."]
            candidates = [{"content": {"role": "model", "parts": [{"text": piece}]}, "index": 0} for piece in pieces]
            candidates[-1]["finishReason"] = "STOP"
            chunks = [{"candidates": [one], "usageMetadata": usage, "modelVersion": "m", "responseId": "r"}
                      for one in candidates]
            return (EVENTS, events(chunks)) if streams else (JSON, dumped(chunks[0]))
        case "anthropic":
            message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
                       "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 1}}
            if not streams:
                whole = {"content": [{"type": "text", "text": "Four."}], "stop_reason": "end_turn"}
                return JSON, dumped({**message, **whole, "usage": {"input_tokens": 9, "output_tokens": 2}})
            told: list[dict[str, Any]] = [
                {"type": "message_start", "message": message},
                {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}]
            told += [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
                     for word in words]
            told += [{"type": "content_block_stop", "index": 0},
                     {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                      "usage": {"output_tokens": TOKENS}}, {"type": "message_stop"}]
            return EVENTS, events(told, named=True)
        case "ollama":
            line: dict[str, Any] = {"model": "m", "created_at": "2026-01-01T00:00:00Z"}
            end = {"done": True, "done_reason": "stop", "prompt_eval_count": 9, "eval_count": TOKENS}
            if not streams:
                return JSON, dumped({**line, "message": {"role": "assistant", "content": "Four."}, **end})
            lines = [{**line, "message": {"role": "assistant", "content": word}, "done": False} for word in words]
            lines.append({**line, "message": {"role": "assistant", "content": ""}, **end})
            return LINES, b"".join(dumped(one) + b"\n" for one in lines)
    raise ValueError(dialect)


def dumped(value: Any) -> bytes:
    """JSON without spaces, as providers write it."""
    return json.dumps(value, separators=(",", ":")).encode()


def events(all_of_them: list[dict[str, Any]], named: bool = False) -> bytes:
    """Server-sent events, with their types as names where clients expect that."""
    return b"".join((f"event: {one['type']}\n".encode() if named else b"") + b"data: " + dumped(one) + b"\n\n"
                    for one in all_of_them)


def provide(told: Connection) -> None:
    """Answers whatever is asked under `/DIALECT/…` until the process is stopped."""
    answers = {}
    for dialect in DIALECTS:
        for streams in (False, True):
            kind, body = answer(dialect, streams)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            answers[dialect, streams] = head + body
    listener = socket.create_server((server.HOST, 0))
    told.send(listener.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while request := read_message(connection):
                head, body = request
                dialect = head.split(b"/", 2)[1].decode()
                streams = b"streamGenerateContent" in head or b'"stream":true' in body
                connection.sendall(answers[dialect, streams])

    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def read_message(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """A message's head and body, by its Content-Length or its chunks; `None` at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65_536)):
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lowered = head.lower()
    if b"transfer-encoding: chunked" in lowered:
        while not body.endswith(b"0\r\n\r\n"):
            if not (more := connection.recv(262_144)):
                return None
            body += more
        return head, body
    _, _, rest = lowered.partition(b"content-length:")
    length = int(rest.split(b"\r\n", 1)[0]) if rest else 0
    while len(body) < length:
        if not (more := connection.recv(262_144)):
            return None
        body += more
    return head, body


@contextmanager
def provider() -> Iterator[int]:
    """The provider in a process of its own; its port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=provide, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def configuration(port: int) -> str:
    """A provider for each dialect, all of them the one that answers at once."""
    return "".join(
        f'[[providers]]\nid = "{provider_of(dialect)}"\ndialect = "{dialect}"\nbase_url = "http://{server.HOST}:{port}/{dialect}"\n'
        f'api_keys = ["sk-bench"]\nmodels = [{{ id = "m" }}]\n\n'
        for dialect in DIALECTS)


class Client:
    """A client that keeps its connection."""

    def __init__(self, port: int, path: str, body: dict[str, Any]) -> None:
        data = dumped(body)
        head = (f"POST {path} HTTP/1.1\r\nHost: {server.HOST}\r\nContent-Type: {JSON}\r\nContent-Length: {len(data)}\r\n"
                f"Authorization: Bearer none\r\n\r\n")
        self.request = head.encode() + data
        self.connection = socket.create_connection((server.HOST, port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> float:
        """Asks once; microseconds until the answer is there."""
        begin = time.perf_counter()
        self.connection.sendall(self.request)
        message = read_message(self.connection)
        took = (time.perf_counter() - begin) * 1e6
        if message is None or b" 200 " not in message[0].split(b"\r\n", 1)[0]:
            raise SystemExit(f"no answer: {message!r:.400}")
        return took


def measure(settings: Settings) -> list[Row]:
    """Both measurements of every pair, each beside the same provider asked through `/v1/chat/completions`."""
    rounds, requests, streams = (2, 50, 10) if settings.quick else (9, 400, 60)
    tried = [*PAIRS, *((CHAT, dialect) for dialect in DIALECTS)]
    latency: dict[tuple[str, str], list[float]] = {pair: [] for pair in tried}
    direct: dict[str, list[float]] = {dialect: [] for dialect in DIALECTS}
    token: dict[tuple[str, str], list[float]] = {pair: [] for pair in tried}
    with provider() as port, TemporaryDirectory() as folder:
        config = Path(folder) / "mediary.toml"
        config.write_text(configuration(port))
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            pid = mediary.process.pid
            small = {pair: Client(mediary.port, (one := asked(*pair, False)).path, one.body) for pair in tried}
            long = {pair: Client(mediary.port, (one := asked(*pair, True)).path, one.body) for pair in tried}
            bare = {dialect: Client(port, f"/{dialect}/", {}) for dialect in DIALECTS}
            for client in [*small.values(), *long.values(), *bare.values()]:
                for _ in range(WARM_UP):
                    client.ask()
            for _ in range(rounds):
                took: dict[Any, list[float]] = {one: [] for one in (*DIALECTS, *tried)}
                for _ in range(requests):
                    # One after the other, so that what disturbs a moment disturbs all of them.
                    for one, client in (*bare.items(), *small.items()):
                        took[one].append(client.ask())
                for dialect in DIALECTS:
                    direct[dialect].append(statistics.median(took[dialect]))
                for pair in tried:
                    latency[pair].append(statistics.median(took[pair]))
                for pair in tried:
                    before = process_cost.cpu_ns(pid)
                    for _ in range(streams):
                        long[pair].ask()
                    token[pair].append((process_cost.cpu_ns(pid) - before) / 1e3 / (streams * TOKENS))
    added = {pair: [whole - own for whole, own in zip(latency[pair], direct[pair[1]], strict=True)] for pair in tried}
    return [row for pair in PAIRS for row in (held("added latency", pair, added, 0), held("processor time a token", pair, token, 2))]


def held(what: str, pair: tuple[str, str], found: dict[tuple[str, str], list[float]], digits: int) -> Row:
    """A protocol beside the chat that goes to the same provider."""
    protocol, dialect = pair
    ours, chats = found[pair], found[CHAT, dialect]
    ratio = Spread.of(one / max(other, 1e-9) for one, other in zip(ours, chats, strict=True))
    reach = REACH_SAME if protocol == dialect else REACH_TRANSLATED

    def shown(values: list[float]) -> str:
        spread = Spread.of(values)
        return f"{spread.median:.{digits}f} µs ({spread.low:.{digits}f}..{spread.high:.{digits}f})"

    return Row(f"{protocol} to a provider of {dialect}: {what}", shown(ours), f"{shown(chats)} (chat)", ratio.plain(),
               f"≤ {reach:g} × chat", ratio.median <= reach)
