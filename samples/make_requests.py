"""Makes the sound `chime.wav` and the example requests in `requests/`: `python3 samples/make_requests.py`.

Needs nothing but Python. Media come out of the samples beside it, so a changed sample wants this run again; `make.py`
does so at its end. The tests and the documentation send the requests as they are.
"""

from __future__ import annotations

import base64
import json
import math
import struct
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent

CHIME_HZ = (660, 880)
CHIME_RATE_HZ = 8000
CHIME_NOTE_SECONDS = 0.2

PARIS_WEATHER = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city, now",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}

SCREENSHOT = {
    "type": "function",
    "function": {
        "name": "screenshot",
        "description": "A picture of the screen",
        "parameters": {"type": "object", "properties": {}},
    },
}

RECEIPT_FORM = {
    "name": "receipt",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"shop": {"type": "string"}, "total": {"type": "number"}, "currency": {"type": "string"}},
        "required": ["shop", "total", "currency"],
        "additionalProperties": False,
    },
}


def make_chime() -> None:
    """Two notes that fade, 16 bits, mono: the smallest sound that every reader takes."""
    frames = bytearray()
    count = round(CHIME_RATE_HZ * CHIME_NOTE_SECONDS)
    for hertz in CHIME_HZ:
        for index in range(count):
            loudness = 12000 * (1 - index / count)
            frames += struct.pack("<h", round(loudness * math.sin(2 * math.pi * hertz * index / CHIME_RATE_HZ)))
    with wave.open(str(HERE / "chime.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(CHIME_RATE_HZ)
        sound.writeframes(bytes(frames))


def encoded(name: str) -> str:
    """A sample in base64."""
    return base64.b64encode((HERE / name).read_bytes()).decode()


def text(words: str) -> dict:
    """A part of text."""
    return {"type": "text", "text": words}


def image(name: str) -> dict:
    """A part that is a PNG of the samples."""
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{encoded(name)}"}}


def pdf(name: str) -> dict:
    """A part that is a PDF of the samples."""
    return {"type": "file", "file": {"filename": name, "file_data": f"data:application/pdf;base64,{encoded(name)}"}}


def sound(name: str) -> dict:
    """A part that is a WAV of the samples."""
    return {"type": "input_audio", "input_audio": {"data": encoded(name), "format": "wav"}}


def user(*content: dict | str) -> dict:
    """A message of the user's: one text, or parts."""
    only = content[0] if len(content) == 1 and isinstance(content[0], str) else list(content)
    return {"role": "user", "content": only}


def requests() -> dict[str, dict]:
    """The requests by the names of their files."""
    return {
        "chat": {
            "model": "auto",
            "messages": [{"role": "system", "content": "Answer in one sentence."}, user("Why is the sky blue?")],
        },
        "stream": {
            "model": "fast",
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [user("Count from one to five.")],
        },
        "reasoning": {
            "model": "reasoning",
            "reasoning_effort": "high",
            "messages": [user("A bat and a ball cost 1.10, the bat 1.00 more than the ball. What does the ball cost?")],
        },
        "tools": {
            "model": "agentic",
            "tools": [WEATHER],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "messages": [user("Is it warmer in Paris or in Oslo?")],
        },
        "structured": {
            "model": "standard",
            "response_format": {"type": "json_schema", "json_schema": RECEIPT_FORM},
            "messages": [user("MARLOW'S CORNER SHOP, rye bread 2.80, oat milk 1.95, total GBP 4.75")],
        },
        "vision": {
            "model": "vista",
            "messages": [user(text("When does the platform close?"), image("sign.png"))],
        },
        "pdf": {
            "model": "auto",
            "messages": [user(text("What is the total of this invoice?"), pdf("invoice.pdf"))],
        },
        "audio": {
            "model": "multimodal",
            "messages": [user(text("How many notes are these?"), sound("chime.wav"))],
        },
        "tool-result-image": {
            "model": "agentic",
            "tools": [SCREENSHOT, WEATHER],
            "messages": [
                user("What is on the screen, and what is the weather in Paris?"),
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {"id": "call_0", "type": "function", "function": {"name": "screenshot", "arguments": "{}"}},
                        PARIS_WEATHER,
                    ],
                },
                {"role": "tool", "tool_call_id": "call_0", "content": [text("The screen:"), image("sign.png")]},
                {"role": "tool", "tool_call_id": "call_1", "content": "18 degrees, cloudy"},
            ],
        },
    }


def main() -> None:
    """Makes the sound and every request."""
    make_chime()
    folder = HERE / "requests"
    folder.mkdir(exist_ok=True)
    for name, request in requests().items():
        written = json.dumps(request, indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{written}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
