"""Live conversations: how soon one is answered in sound, what a relay adds to a frame, what fifty of them cost, and how
soon one that dies is let go.

The provider of the chats answers after a tenth of a second; that of the relay sends every frame back. Both are played by
this process, whose own time is taken off by doing the same without Mediary between.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import live_socket
import process_cost
import provision
import server
from live_socket import Socket
from report import Row, Spread
from settings import Settings

TITLE = "Live conversations"
FIRST_SOUND_REACH_MS = 700
FRAME_REACH_MS = 5
SESSIONS = 50
CORE_REACH = 0.40
FREED_REACH_SECONDS = 1.0
CLIP = provision.ROOT / "models" / "weights" / "moonshine" / "beckett.wav"
ANSWER = "That is a good question. Let me think about it for a moment."
# A tenth of a second of sound, as clients send it.
PIECE_BYTES = 4_800
PIECE_SECONDS = 0.1


def measure(settings: Settings) -> list[Row]:
    """All of it, each with a server of its own."""
    return [
        *asyncio.run(_first_sounds(settings)),
        *asyncio.run(_relay(settings)),
    ]


async def _first_sounds(settings: Settings) -> list[Row]:
    """From `speech_stopped` to the first sound, by the engines of this machine."""
    if not CLIP.exists():
        return [Row("first sound of an answer", "not measured: `make models` fetches the clip and the engines")]
    pieces = _pieces(CLIP)
    provider, port = await _chats()
    config = (f'[[providers]]\nid = "chat"\ndialect = "openai"\nbase_url = "http://127.0.0.1:{port}/v1"\n'
              'api_keys = ["none"]\nmodels = [{ id = "m" }]\n')
    taken = []
    async with provider:
        with _serving(settings, config) as mediary:
            # The first turn opens the engines.
            for turn in range(1 + settings.count(7, quick=3)):
                seconds = await _answered(mediary.port, pieces)
                if turn > 0:
                    taken.append(seconds)
    spread = Spread.of(taken)
    return [Row("`speech_stopped` to first sound, local chain, upstream of 100 ms", spread.seconds(),
                reach=f"≤ {FIRST_SOUND_REACH_MS} ms", met=spread.median * 1e3 <= FIRST_SOUND_REACH_MS)]


async def _answered(port: int, pieces: list[str]) -> float:
    """Speaks at the pace of speech; the time from the end of the turn to the first sound."""
    socket = await live_socket.connect(port, "/v1/realtime?model=chat/m")
    # The clip has pauses within its sentences.
    turns = {"type": "server_vad", "silence_duration_ms": 900}
    transcription = {"model": "local/moonshine", "language": "en"}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": turns, "transcription": transcription}}}
    await socket.send(json.dumps({"type": "session.update", "session": session}))
    silence = base64.b64encode(bytes(PIECE_BYTES)).decode()

    async def speak() -> None:
        for piece in [*pieces, *[silence] * 40]:
            await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": piece}))
            await asyncio.sleep(PIECE_SECONDS)

    speaking = asyncio.create_task(speak())
    stopped = None
    try:
        while text := await socket.receive():
            kind = json.loads(text)["type"]
            if kind == "input_audio_buffer.speech_stopped":
                stopped = time.perf_counter()
            elif kind == "response.output_audio.delta" and stopped is not None:
                return time.perf_counter() - stopped
            elif kind == "error":
                raise server.ServerUnavailable(text[:300])
        raise server.ServerUnavailable("the conversation ended without an answer")
    finally:
        speaking.cancel()
        socket.vanish()


def _pieces(clip: Path) -> list[str]:
    """The first seconds of a recording as clients send them: up to its first long pause."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.wav"
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(clip), "-t", "3", "-ar", "24000", "-ac", "1", str(made)],
                       check=True)
        with wave.open(str(made)) as sound:
            samples = sound.readframes(sound.getnframes())
    whole = [samples[at:at + PIECE_BYTES] for at in range(0, len(samples), PIECE_BYTES)]
    return [base64.b64encode(piece).decode() for piece in whole]


async def _chats() -> tuple[asyncio.Server, int]:
    """A provider that streams an answer after a tenth of a second."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                               if line.lower().startswith(b"content-length")), 0)
                await reader.readexactly(length)
                await asyncio.sleep(0.1)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
                for event in [*_events(), "[DONE]"]:
                    data = f"data: {event}\n\n".encode()
                    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        writer.close()

    provider = await asyncio.start_server(answer, "127.0.0.1", 0)
    return provider, provider.sockets[0].getsockname()[1]


def _events() -> list[str]:
    words = ANSWER.split(" ")
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word if at == 0 else f" {word}"} for at, word in enumerate(words)]
    ends = [None] * len(deltas) + ["stop"]
    return [json.dumps({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                        "choices": [{"index": 0, "delta": delta, "finish_reason": end}]})
            for delta, end in zip([*deltas, {}], ends, strict=True)]


async def _relay(settings: Settings) -> list[Row]:
    """What a frame costs on its way to a provider and back, alone and beside others."""
    open_now = 0

    async def echo(socket: Socket) -> None:
        nonlocal open_now
        open_now += 1
        try:
            while text := await socket.receive():
                await socket.send(text)
        finally:
            open_now -= 1

    provider, port = await live_socket.serve(echo)
    config = (f'[[providers]]\nid = "live"\ndialect = "openai"\nbase_url = "http://127.0.0.1:{port}/v1"\n'
              'api_keys = ["none"]\ndiscovers = false\nquirks = { realtime = ["echo"] }\n'
              'models = [{ id = "e", tasks = ["embedding"] }]\n')
    async with provider:
        direct = await live_socket.connect(port, "/v1/realtime")
        alone = await _round_trips(direct, settings.count(400, quick=100))
        direct.vanish()
        with _serving(settings, config) as mediary:
            relayed = await live_socket.connect(mediary.port, "/v1/realtime?model=live/echo")
            through = await _round_trips(relayed, settings.count(400, quick=100))
            share = await _cost(mediary, settings.count(20, quick=5))
            before = open_now
            dies = time.perf_counter()
            relayed.vanish()
            while open_now >= before and time.perf_counter() - dies < 30:
                await asyncio.sleep(0.001)
            freed = time.perf_counter() - dies
    # There and back are two frames.
    added = (statistics.median(through) - statistics.median(alone)) / 2 * 1e3
    return [
        Row("a relayed frame, beside the same without Mediary", f"{added:.2f} ms more", reach=f"≤ {FRAME_REACH_MS} ms",
            met=added <= FRAME_REACH_MS),
        Row(f"{SESSIONS} relayed conversations, ten frames of sound a second each way", f"{share * 100:.0f} % of a core",
            reach=f"≤ {CORE_REACH * 100:.0f} %", met=share <= CORE_REACH),
        Row("a conversation that dies, until its provider is let go", f"{freed * 1e3:.0f} ms",
            reach=f"≤ {FREED_REACH_SECONDS:.0f} s", met=freed <= FREED_REACH_SECONDS),
    ]


def _frame() -> str:
    return json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(PIECE_BYTES)).decode()})


async def _round_trips(socket: Socket, count: int) -> list[float]:
    """How long frames take to come back, one after the other."""
    taken = []
    frame = _frame()
    for _ in range(count):
        begin = time.perf_counter()
        await socket.send(frame)
        await socket.receive()
        taken.append(time.perf_counter() - begin)
    return taken


async def _cost(mediary: server.Server, seconds: int) -> float:
    """The share of a core that the server takes for all conversations at once."""
    sockets = [await live_socket.connect(mediary.port, "/v1/realtime?model=live/echo") for _ in range(SESSIONS)]
    frame = _frame()
    ends = time.perf_counter() + seconds + 1

    async def talk(socket: Socket, after: float) -> None:
        # They do not all speak at the same moment.
        await asyncio.sleep(after)
        while time.perf_counter() < ends:
            begin = time.perf_counter()
            await socket.send(frame)
            await socket.receive()
            await asyncio.sleep(max(0.0, PIECE_SECONDS - (time.perf_counter() - begin)))

    talks = [asyncio.create_task(talk(socket, at * PIECE_SECONDS / SESSIONS)) for at, socket in enumerate(sockets)]
    await asyncio.sleep(0.5)
    used, begin = process_cost.cpu_ns(mediary.process.pid), time.perf_counter()
    await asyncio.sleep(seconds)
    share = (process_cost.cpu_ns(mediary.process.pid) - used) / 1e9 / (time.perf_counter() - begin)
    await asyncio.gather(*talks)
    for socket in sockets:
        socket.vanish()
    return share


@contextlib.contextmanager
def _serving(settings: Settings, config: str) -> Iterator[server.Server]:
    """A server with this configuration, ready."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(config)
        file.flush()
        with server.running(settings.executable, config=Path(file.name)) as mediary:
            mediary.await_health()
            yield mediary
