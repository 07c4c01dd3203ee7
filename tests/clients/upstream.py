"""Providers that are none: they answer at once, cost nothing, and remember the last request of each model.

Under `/openai/v1` one speaks OpenAI's format, under `/gemini/v1beta` one speaks Gemini's, under `/cohere/v2` one ranks as
Cohere does and forgives nothing. What a model does is in its
name; what it says follows from what it was sent, so that a client can tell whether all of it arrived. `GET /seen/MODEL`
is the last body that came for a model, `GET /sign.png` a picture to be fetched. Used by run.py; also a program, which
prints the configuration for it, to try the documentation's commands by hand: python3 tests/clients/upstream.py PORT.
"""

import base64
import functools
import io
import json
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import wave
from pathlib import Path

import strict_cohere
from fakes import FakeHandler, FakeServer

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FILLED_FORM = {"shop": "Marlow's", "total": 4.75, "currency": "GBP"}
CITIES = ("Paris", "Oslo")
THOUGHT = "Let me think."
HEARD = "You sent a recording."
USAGE = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}


@functools.cache
def film():
    """Four seconds of blue, 1280 by 720 pixels."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.mp4"
        source = "color=c=blue:size=1280x720:rate=4:duration=4"
        drawn = ("-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(file))
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *drawn], check=True)
        return file.read_bytes()


class Upstream(FakeServer):
    """The providers, on a port of the system's choosing unless one is named."""

    def __init__(self, port=0):
        super().__init__(Answerer, port)
        self.seen = {}

    def configuration(self):
        """A `mediary.toml` with these providers and no other."""
        return f"""
[[providers]]
id = "fake"
dialect = "openai"
base_url = "{self.address}/openai/v1"
api_keys = ["sk-fake"]
priority = 5

[providers.defaults]
tools = true
structured = "schema"
reasoning = true
context_tokens = 32768
price = "free"

[[providers.models]]
id = "words"
tiers = {{ fast = 1, standard = 1, reasoning = 1, agentic = 1, code = 1 }}

[[providers.models]]
id = "agent"
context_tokens = 400000

[[providers.models]]
id = "eyes"
tiers = {{ fast = 2 }}
accepts = ["text", "image"]
limits = {{ image = {{ count = 8 }} }}

[[providers.models]]
id = "paints"
tasks = ["image_generation", "image_edit", "image_variation"]
images = {{ sources = 4, mask = "alpha" }}

[[providers.models]]
id = "films"
tasks = ["video_generation"]
accepts = ["png", "jpeg"]
video = {{ seconds = [4, 8], sizes = ["1280x720", "720x1280"], remixes = true }}

[[providers.models]]
id = "busy"

[[providers.models]]
id = "picky"

[[providers.models]]
id = "broken"

[[providers.models]]
id = "breaks-off"

[[providers.models]]
id = "ear"
tasks = ["transcription", "translation"]
accepts = ["wav", "mp3"]

[[providers.models]]
id = "mouth"
tasks = ["speech"]
voices = ["alto", "bass"]

[[providers]]
id = "gemini"
base_url = "{self.address}/gemini/v1beta"
api_keys = ["fake"]

# The catalog knows how little is free; this one is asked more often than that.
[[providers.models]]
id = "gemini-3.5-flash"
free_limits = {{}}

[[providers.models]]
id = "gemini-embedding-001"
free_limits = {{}}

[[providers]]
id = "cohere-rerank"
base_url = "{self.address}/cohere/v2"
api_keys = ["sk-strict"]

[aliases]
fallback = ["fake/broken", "fake/words"]
"""


class Answerer(FakeHandler):
    """One connection."""

    def do_GET(self):  # noqa: N802  (the name is http.server's)
        if self.path == "/sign.png":
            return self.answer(200, (SAMPLES / "sign.png").read_bytes(), {"content-type": "image/png"})
        if self.path.startswith("/openai/v1/videos/"):
            return self.as_video()
        model = urllib.parse.unquote(self.path.removeprefix("/seen/"))
        self.answer(200 if model in self.server.seen else 404, self.server.seen.get(model, {}))

    def do_POST(self):  # noqa: N802
        raw = self.rfile.read(int(self.headers["content-length"]))
        if self.path in ("/openai/v1/audio/transcriptions", "/openai/v1/audio/translations"):
            return self.as_ear(raw)
        if self.path.startswith("/openai/v1/images/"):
            return self.as_pictures(raw)
        if self.path.startswith("/openai/v1/videos"):
            return self.answer(200, {"id": "film-1", "object": "video", "status": "queued", "progress": 0})
        body = json.loads(raw)
        if self.path == "/cohere/v2/rerank":
            return self.as_cohere(body)
        if gemini := re.fullmatch(r"/gemini/v1beta/models/([^:]+):(\w+)(\?alt=sse)?", self.path):
            self.server.seen[gemini[1]] = body
            self.as_gemini(gemini[2], body, streams=gemini[3] is not None)
        elif self.path == "/openai/v1/audio/speech":
            self.server.seen[body["model"]] = body
            self.answer(200, tone(), {"content-type": "audio/wav"})
        elif self.path == "/openai/v1/chat/completions":
            self.server.seen[body["model"]] = body
            self.as_openai(body)
        else:
            self.answer(404, {"error": {"message": f"no such path: {self.path}"}})

    def do_DELETE(self):  # noqa: N802
        self.answer(200, {"deleted": True})

    def as_cohere(self, body):
        """Ranks, and refuses what Cohere refuses."""
        problem = strict_cohere.problem(body, self.headers)
        if problem is not None:
            return self.answer(400, {"id": "refused-1", "message": problem})
        self.server.seen[body["model"]] = body
        return self.answer(200, strict_cohere.answer(body))

    def as_video(self):
        """A video that is done: one colour, for as long and of the size that the clients ask for."""
        if not self.path.endswith("/content"):
            return self.answer(200, {"id": "film-1", "object": "video", "status": "completed", "progress": 100})
        return self.answer(200, film(), {"content-type": "video/mp4"})

    def as_pictures(self, raw):
        """A picture for whatever was asked, in stages if those were asked for: forms are looked at as text."""
        picture = base64.b64encode((SAMPLES / "sign.png").read_bytes()).decode()
        usage = {"input_tokens": 10, "output_tokens": 100, "total_tokens": 110}
        fields = raw.replace(b'name="stream"\r\n\r\ntrue', b'"stream":true')
        if b'"stream":true' not in fields:
            return self.answer(200, {"created": 1, "data": [{"b64_json": picture}], "usage": usage})
        kind = "image_generation" if self.path.endswith("generations") else "image_edit"
        stages = int((re.search(rb'partial_images"(?:\r\n\r\n|:)(\d)', raw) or [0, 0])[1])
        events = [{"type": f"{kind}.partial_image", "b64_json": picture, "partial_image_index": index}
                  for index in range(stages)]
        events.append({"type": f"{kind}.completed", "b64_json": picture, "usage": usage})
        text = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        self.answer(200, text.encode(), {"content-type": "text/event-stream"})

    def as_openai(self, body):
        model = body["model"]
        if model == "busy":
            return self.answer(429, openai_error("Rate limit reached", "rate_limit_exceeded"), {"retry-after": "7"})
        if model == "picky":
            return self.answer(400, openai_error("temperature must not exceed 1", None, param="temperature"))
        if model == "broken":
            return self.answer(500, openai_error("internal error", None))
        reply = openai_reply(body)
        head = {"id": "chatcmpl-fake", "created": 1790000000, "model": model}
        if not body.get("stream"):
            finish = "tool_calls" if "tool_calls" in reply else "stop"
            choice = {"index": 0, "message": reply, "logprobs": None, "finish_reason": finish}
            return self.answer(200, {**head, "object": "chat.completion", "choices": [choice], "usage": USAGE})
        self.stream(
            [{**head, "object": "chat.completion.chunk", **chunk} for chunk in openai_chunks(reply, body)],
            end="data: [DONE]\n\n",
            breaks_off=model == "breaks-off",
        )

    def as_ear(self, form):
        """Hears the same in every recording, in every form."""
        fields = dict(re.findall(rb'name="([\w\[\]]+)"\r\n\r\n(.*?)\r\n', form))
        text = f"In English: {HEARD}" if self.path.endswith("translations") else HEARD
        if fields.get(b"stream") == b"true":
            deltas = [{"type": "transcript.text.delta", "delta": piece} for piece in re.findall(r"\S+\s*", text)]
            return self.stream([*deltas, {"type": "transcript.text.done", "text": text}])
        answer = {"text": text}
        if fields.get(b"response_format") == b"verbose_json":
            words = text.split()
            times = [{"word": word, "start": index / 10, "end": (index + 1) / 10} for index, word in enumerate(words)]
            segments = [{"id": 0, "start": 0.0, "end": len(words) / 10, "text": text}]
            answer |= {"language": "english", "duration": 1.0, "words": times, "segments": segments}
        self.answer(200, answer)

    def as_gemini(self, method, body, *, streams):
        if method == "countTokens":
            return self.answer(200, {"totalTokens": 4711})
        if method == "batchEmbedContents":
            vectors = [{"values": [0.5] * request.get("outputDimensionality", 8)} for request in body["requests"]]
            return self.answer(200, {"embeddings": vectors})
        usage = {"promptTokenCount": 20, "candidatesTokenCount": 7, "totalTokenCount": 27}
        parts = gemini_parts(body)
        pieces = [[part] for part in parts] if streams else [parts]
        answers = [{"candidates": [{"content": {"role": "model", "parts": piece}, "index": 0}]} for piece in pieces]
        answers[-1]["candidates"][0]["finishReason"] = "STOP"
        answers[-1] |= {"usageMetadata": usage, "modelVersion": "gemini-fake", "responseId": "answer-1"}
        return self.stream(answers) if streams else self.answer(200, answers[0])

    def answer(self, status, body, headers=()):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        named = {"content-type": "application/json", "content-length": str(len(content)), **dict(headers)}
        for name, value in named.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def stream(self, chunks, end="", *, breaks_off=False):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for chunk in chunks[:2] if breaks_off else chunks:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        if not breaks_off:
            self.wfile.write(end.encode())


def tone():
    """Half a second that can be heard, as WAV."""
    with io.BytesIO() as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(16_000)
            sound.writeframes((b"\x00\x10" * 20 + b"\x00\xf0" * 20) * 200)
        return file.getvalue()


def openai_error(message, code, param=None):
    return {"error": {"message": message, "type": "error", "param": param, "code": code}}


def openai_reply(body):
    """Calls every city's weather, fills a form, or repeats what it was sent."""
    reply = {"role": "assistant", "content": None, "refusal": None}
    messages = body["messages"]
    results = [content_text(message["content"]) for message in messages if message["role"] == "tool"]
    if body.get("tools") and not results:
        name = body["tools"][0]["function"]["name"]
        calls = [{"name": name, "arguments": json.dumps({"city": city})} for city in CITIES]
        called = zip(CITIES, calls, strict=True)
        reply["tool_calls"] = [{"id": f"call_{city}", "type": "function", "function": call} for city, call in called]
    elif body.get("response_format", {}).get("type") == "json_schema":
        reply["content"] = json.dumps(FILLED_FORM)
    else:
        reply["content"] = f"You said: {' and '.join(results) or content_text(messages[-1]['content'])}"
    if "reasoning_effort" in body:
        reply["reasoning_content"] = THOUGHT
    return reply


def openai_chunks(reply, body):
    """The reply in pieces: a call's name apart from its arguments, a text by its words."""
    deltas = [{"role": "assistant", "content": ""}]
    if "reasoning_content" in reply:
        deltas.append({"reasoning_content": reply["reasoning_content"]})
    for index, call in enumerate(reply.get("tool_calls", [])):
        arguments = call["function"]["arguments"]
        opening = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        deltas += [{"tool_calls": [opening]}, {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}]
    deltas += [{"content": piece} for piece in re.findall(r"\S+\s*", reply["content"] or "")]
    finish = "tool_calls" if "tool_calls" in reply else "stop"
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": finish})
    chunks = [{"choices": [choice]} for choice in choices]
    if body.get("stream_options", {}).get("include_usage"):
        chunks.append({"choices": [], "usage": USAGE})
    return chunks


def content_text(content):
    """The texts of a message, with a mark for each part that is none."""
    if isinstance(content, str):
        return content
    return " ".join(part["text"] if part["type"] == "text" else f"<{part['type']}>" for part in content)


def gemini_parts(body):
    """The same in Gemini's words."""
    told = [part for content in body["contents"] for part in content["parts"]]
    results = [json.dumps(part["functionResponse"]["response"]) for part in told if "functionResponse" in part]
    generation = body.get("generationConfig", {})
    thoughts = [{"text": THOUGHT, "thought": True}] if "thinkingConfig" in generation else []
    if body.get("tools") and not results:
        name = body["tools"][0]["functionDeclarations"][0]["name"]
        calls = [{"functionCall": {"name": name, "args": {"city": city}}} for city in CITIES]
        calls[0]["thoughtSignature"] = "c2lnbmVk"
        return thoughts + calls
    if "responseJsonSchema" in generation or "responseSchema" in generation:
        return thoughts + [{"text": json.dumps(FILLED_FORM)}]
    last = body["contents"][-1]["parts"]
    words = results or [part.get("text") or f"<{part['inlineData']['mimeType']}>" for part in last]
    return thoughts + [{"text": "You said: "}, {"text": " and ".join(words)}]


def main():
    with Upstream(int(sys.argv[1])) as upstream:
        print(upstream.configuration(), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
