"""A storm: providers whose answers suffer every kind of fault, and strict clients that compare each word they get.

What a provider would say in full follows from the request's number, so that any answer can be held against the truth,
whoever gave it. Providers and clients share one loop on bare sockets, since a library would mend what is to be seen.
Knows nothing of reports; part_faults.py makes rows of it.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

WORDS = ("amber", "basalt", "cedar", "delta", "ember", "fjord", "grove", "harbour", "inlet", "juniper", "kelp",
         "lagoon")
WELL = "well"
FAULTS = ("cut", "closed early", "no end", "stall", "only pings", "garbage", "torn", "page", "truncated", "429", "503",
          "slow", "late", "reset", "reset within")
BREAKS_OFF = ("cut", "closed early", "stall", "only pings", "reset within", "torn", "truncated")
"""Those after which a stream says no more."""
SHARE_OF_FAULTS = 0.3
FLAP_SECONDS, FLAP_EVERY_SECONDS = 0.4, 8.0
"""So often a provider refuses everybody for so long."""
MODELS = 64
"""So many models are asked in turn, each with cooldowns of its own; with one alone nearly all would be refused."""
STALL_SECONDS = 4
"""What the configuration of the storm must name as the longest that an answer may stand still."""
PATIENCE_SECONDS = 25
GARBAGE = ('data: {"choices": [{"del', "data: <html><body>Bad Gateway</body></html>", "nonsense without a colon",
           "data: ]", ": a comment", "event: odd")


def truth(number: int) -> str:
    """What is to be said to a request."""
    chance = random.Random(number)
    return f"Answer {number}: " + " ".join(chance.choices(WORDS, k=chance.randrange(6, 30))) + "."


@dataclass
class Provider:
    """A provider in the storm. Serves until its loop ends."""

    seed: int
    calls: Counter[str] = field(default_factory=Counter)
    port: int = 0

    async def serve(self) -> asyncio.Server:
        """Begins to serve on a free port."""
        self._chance = random.Random(self.seed)
        self._begun = time.monotonic() + self.seed * 3
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def entry(self, host: str) -> str:
        """Its part of a configuration."""
        models = ", ".join(f'{{ id = "m{index}" }}' for index in range(MODELS))
        return (f'[[providers]]\nid = "p{self.seed}"\ndialect = "openai"\nauth = "none"\n'
                f'base_url = "http://{host}:{self.port}/v1"\nmodels = [{models}]\n')

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                if not await self._answer(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _fault(self) -> str:
        if (time.monotonic() - self._begun) % FLAP_EVERY_SECONDS < FLAP_SECONDS:
            return "flap"
        return self._chance.choice(FAULTS) if self._chance.random() < SHARE_OF_FAULTS else WELL

    async def _answer(self, request: dict[str, object], writer: asyncio.StreamWriter) -> bool:
        """Whether the connection can be used again."""
        fault = self._fault()
        self.calls[fault] += 1
        if fault == "reset":
            _reset(writer)
            return False
        if fault in ("429", "503", "flap"):
            status = "429 Too Many Requests" if fault == "429" else "503 Service Unavailable"
            after = "Retry-After: 1\r\n" if fault == "429" and self._chance.random() < 0.5 else ""
            _whole(writer, b'{"error": {"message": "not now"}}', status=status, headers=after)
            await writer.drain()
            return True
        if fault == "page":
            _whole(writer, b"<html><body>It works!</body></html>", kind="text/html")
            await writer.drain()
            return True
        if fault == "late":
            await asyncio.sleep(self._chance.uniform(0.5, 2))
        said = truth(int(re.findall(r"number (\d+)", json.dumps(request["messages"]))[-1]))
        if request.get("stream"):
            return await self._stream(said, fault, writer)
        return await self._at_once(said, fault, writer)

    async def _at_once(self, said: str, fault: str, writer: asyncio.StreamWriter) -> bool:
        message = {"role": "assistant", "content": said}
        body = json.dumps(_chunk({"message": message, "finish_reason": "stop"}, "chat.completion")).encode()
        half = self._chance.randrange(20, len(body) - 20)
        if fault in ("truncated", "torn", "garbage", "no end"):
            _whole(writer, body[:half])
            await writer.drain()
            return True
        broken = {"cut", "closed early", "stall", "only pings", "reset within"}
        if fault == "slow":
            _whole(writer, body[:half], length=len(body))
            await asyncio.sleep(self._chance.uniform(0.2, 1.5))
            writer.write(body[half:])
        else:
            _whole(writer, body[:half] if fault in broken else body, length=len(body))
        await writer.drain()
        await self._suffer(fault, writer)
        return fault not in broken

    async def _stream(self, said: str, fault: str, writer: asyncio.StreamWriter) -> bool:
        pieces = re.findall(r"\S+\s*", said)
        stops_at = self._chance.randrange(len(pieces))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        _frame(writer, _chunk({"delta": {"role": "assistant", "content": ""}}))
        for index, piece in enumerate(pieces):
            if index == stops_at and fault in BREAKS_OFF:
                if fault in ("torn", "truncated"):
                    whole = f"data: {json.dumps(_chunk({'delta': {'content': piece}}))}"
                    _text(writer, whole[:self._chance.randrange(8, len(whole))])
                    if fault == "truncated":
                        _text(writer, "\n\ndata: [DONE]\n\n")
                await writer.drain()
                await self._suffer(fault, writer)
                if fault in ("closed early", "truncated"):
                    writer.write(b"0\r\n\r\n")
                    await writer.drain()
                return False
            if fault == "garbage" and self._chance.random() < 0.3:
                _text(writer, self._chance.choice(GARBAGE) + "\n\n")
            if fault == "slow":
                await writer.drain()
                await asyncio.sleep(self._chance.uniform(0, 0.15))
            _frame(writer, _chunk({"delta": {"content": piece}}))
        _frame(writer, _chunk({"delta": {}, "finish_reason": "stop"}))
        if fault != "no end":
            _text(writer, "data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _suffer(self, fault: str, writer: asyncio.StreamWriter) -> None:
        """What a fault does to a connection in the middle of an answer."""
        if fault == "reset within":
            _reset(writer)
        elif fault == "stall":
            await asyncio.sleep(3 * STALL_SECONDS)
        elif fault == "only pings":
            for _ in range(3 * STALL_SECONDS):
                _text(writer, ": ping\n\n")
                await writer.drain()
                await asyncio.sleep(1)


def configuration(providers: list[Provider], host: str) -> str:
    """All of them, and names under which each model is asked at the first of them that can answer."""
    entries = "".join(provider.entry(host) for provider in providers)
    names = "".join(f"n{index} = [" + ", ".join(f'"p{provider.seed}/m{index}"' for provider in providers) + "]\n"
                    for index in range(MODELS))
    return f"[routing]\nstall_seconds = {STALL_SECONDS}\n{entries}[aliases]\n{names}"


async def _request(reader: asyncio.StreamReader) -> dict[str, object] | None:
    """The next request's body; nothing when the connection is over."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    except asyncio.IncompleteReadError:
        return None
    length = re.search(r"content-length: *(\d+)", head)
    body = await reader.readexactly(int(length[1])) if length else b"{}"
    found: dict[str, object] = json.loads(body)
    return found


def _chunk(choice: dict[str, object], kind: str = "chat.completion.chunk") -> dict[str, object]:
    choice = {"index": 0, "finish_reason": None, **choice}
    return {"id": "x", "object": kind, "created": 1, "model": "m", "choices": [choice]}


def _frame(writer: asyncio.StreamWriter, chunk: dict[str, object]) -> None:
    _text(writer, f"data: {json.dumps(chunk)}\n\n")


def _text(writer: asyncio.StreamWriter, text: str) -> None:
    data = text.encode()
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _whole(writer: asyncio.StreamWriter, body: bytes, *, status: str = "200 OK", kind: str = "application/json",
           headers: str = "", length: int | None = None) -> None:
    announced = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {announced}\r\n{headers}\r\n"
    writer.write(head.encode() + body)


def _reset(writer: asyncio.StreamWriter) -> None:
    plain: socket.socket = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class Storm:
    """What came of it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """The first answers that looked complete and were not, beside what is true."""
    seconds: float = 0.0

    def judge(self, number: int, outcome: str, said: str) -> None:
        """Counts an answer. One that looks complete is right only if it is so to the letter."""
        if outcome == "complete" and said != truth(number):
            outcome = "wrong"
            self.wrong.append(f"{said!r} instead of {truth(number)!r}")
        self.outcomes[outcome] += 1


async def ask(port: int, number: int, streams: bool) -> tuple[str, str]:
    """Asks once: whether the answer looks complete to a strict client, and what it says."""
    question = json.dumps({"model": f"n{number % MODELS}", "stream": streams,
                           "messages": [{"role": "user", "content": f"What about number {number}"}]}).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(question)}\r\nConnection: close\r\n\r\n")
    writer = None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + question)
            raw = await reader.read()
    except TimeoutError:
        return "given up", ""
    except OSError:
        return "cut off", ""
    finally:
        if writer is not None:
            writer.close()
    top, _, body = raw.partition(b"\r\n\r\n")
    if not top.startswith(b"HTTP/1.1 200"):
        return "refused", ""
    is_chunked = b"transfer-encoding: chunked" in top.lower()
    if is_chunked and not body.endswith(b"0\r\n\r\n"):
        return "visibly broken", ""
    body = b"".join(_chunks(body)) if is_chunked else body
    length = re.search(rb"content-length: (\d+)", top.lower())
    if length and len(body) != int(length[1]):
        return "visibly broken", ""
    return _streamed(body.decode()) if streams else _at_once(body)


def _chunks(body: bytes) -> list[bytes]:
    found, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end], 16)
        if size == 0:
            return found
        found.append(body[end + 2:end + 2 + size])
        at = end + 4 + size


def _at_once(body: bytes) -> tuple[str, str]:
    try:
        choice = json.loads(body)["choices"][0]
    except (ValueError, LookupError):
        return "visibly broken", ""
    return ("complete" if choice["finish_reason"] else "visibly broken"), choice["message"]["content"] or ""


def _streamed(body: str) -> tuple[str, str]:
    said, finished, done = "", False, False
    for line in body.splitlines():
        if line == "data: [DONE]":
            done = True
        elif line.startswith("data: "):
            chunk = json.loads(line[6:])
            if "error" in chunk:
                return "visibly broken", said
            for choice in chunk["choices"]:
                said += choice["delta"].get("content") or ""
                finished = finished or bool(choice["finish_reason"])
    return ("complete" if finished and done else "visibly broken"), said


async def rage(port: int, first: int, count: int, rate: float, providers: list[Provider]) -> Storm:
    """So many requests at an even rate, half of them as streams."""
    storm, begun = Storm(), time.perf_counter()

    async def one(number: int) -> None:
        storm.judge(number, *await ask(port, number, streams=number // MODELS % 2 == 0))

    async with asyncio.TaskGroup() as group:
        for index in range(count):
            await asyncio.sleep(max(0.0, begun + index / rate - time.perf_counter()))
            group.create_task(one(first + index))
    storm.seconds = time.perf_counter() - begun
    for provider in providers:
        storm.faults.update(provider.calls)
    return storm


class Loop:
    """A loop in a thread of its own, in which providers serve and clients ask."""

    def __enter__(self) -> Loop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def begin(self, providers: list[Provider]) -> None:
        """Lets providers serve."""
        for provider in providers:
            self._servers.append(asyncio.run_coroutine_threadsafe(provider.serve(), self._loop).result())

    def rage(self, *arguments: object) -> Storm:
        """[`rage`], to its end."""
        return asyncio.run_coroutine_threadsafe(rage(*arguments), self._loop).result()  # type: ignore[arg-type]

    def end(self) -> None:
        """No provider serves any more, and all its connections are closed."""

        async def close() -> None:
            for server in self._servers:
                server.close()
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()
