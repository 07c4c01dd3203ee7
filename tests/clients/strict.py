"""Providers that forgive nothing: OpenAI's chat under `/openai/v1`, Anthropic's messages under `/anthropic/v1`, Mistral's
chat under `/mistral/v1`, Gemini's `generateContent` under `/gemini/v1beta`.

Whatever the vendor would refuse is refused here, with the vendor's status; a file for each (strict_openai.py, …) knows
what. What is answered follows from the request: a function named for the weather is called once for each city, a
schema is filled, anything else is repeated, so that a client can tell what arrived. `GET /log` is what was asked since
it was last read. Also the proxy of the clients under test: whoever asks it for another host is noted and refused.
"""

import json
import re

import strict_anthropic
import strict_gemini
import strict_mistral
import strict_openai
from fakes import FakeHandler, FakeServer
from strict_schemas import filled

CITIES = ("Paris", "Oslo")
TARGETS = (
    "openai/gpt-5-mini",
    "anthropic/claude-haiku-4-5",
    "gemini/gemini-3.5-flash",
    "mistral/mistral-small-latest",
)
GEMINI = "/gemini/v1beta/models/gemini-3.5-flash"
STREAMED = f"{GEMINI}:streamGenerateContent?alt=sse"
DIALECTS = {
    "/openai/v1/chat/completions": strict_openai,
    "/anthropic/v1/messages": strict_anthropic,
    "/mistral/v1/chat/completions": strict_mistral,
    f"{GEMINI}:generateContent": strict_gemini,
    STREAMED: strict_gemini,
}
BASES = {"openai": "v1", "anthropic": "v1", "mistral": "v1", "gemini": "v1beta"}


class StrictUpstream(FakeServer):
    """Both providers, on a port of the system's choosing."""

    def __init__(self):
        super().__init__(Answerer)
        self.log = []
        self.strangers = []

    def configuration(self):
        """A `mediary.toml` in which the vendors are here, with the models and quirks of their own catalogs; only what is free
        a minute is not counted. All are asked for chats, whatever their clients speak."""
        own = {
            "gemini": '[[providers.models]]\nid = "gemini-3.5-flash"\nfree_limits = {}\n',
            "openai": '[[providers.models]]\nid = "gpt-5-mini"\nresponses = "none"\n',
        }
        return "".join(
            f'[[providers]]\nid = "{vendor}"\nbase_url = "{self.address}/{vendor}/{base}"\napi_keys = ["sk-strict"]\n'
            f"free_limits = {{}}\n{own.get(vendor, '')}\n"
            for vendor, base in BASES.items()
        )


class Answerer(FakeHandler):
    """One connection."""

    def do_GET(self):  # noqa: N802  (the name is http.server's)
        if self.path != "/log":
            return self.stranger()
        log, self.server.log = self.server.log, []
        self.answer(200, log)

    def do_CONNECT(self):  # noqa: N802
        self.stranger()

    def do_POST(self):  # noqa: N802
        raw = self.rfile.read(int(self.headers["content-length"]))
        dialect = DIALECTS.get(self.path)
        if dialect is None:
            return self.stranger()
        body = json.loads(raw)
        try:
            problem = dialect.problem(body, self.headers)
        except (AttributeError, LookupError, TypeError) as error:
            problem = f"not of the form that is expected: {error!r}"
        self.server.log.append({"path": self.path, "refused": problem, "body": body})
        if problem is not None:
            return self.answer(400, dialect.refusal(problem))
        asked = dialect.understood(body)
        # smolagents has the user tell the results.
        if asked["question"].startswith("Observation:"):
            asked["results"] = [asked["question"]]
        reply = answered(asked)
        if not (body.get("stream") or self.path == STREAMED):
            return self.answer(200, dialect.whole(body, reply))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for frame in dialect.frames(body, reply):
            self.wfile.write(frame.encode())

    def stranger(self):
        """Somebody asks for another host, or for a path that no chat needs."""
        self.server.strangers.append(f"{self.command} {self.path}")
        self.close_connection = True
        self.answer(403, {"error": {"message": f"there is no {self.path} here"}})

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def answered(asked):
    """The reply to a request, as `text` or as `calls` of functions with their arguments."""
    tools = {tool["name"]: tool["schema"] for tool in asked["tools"]}
    weather = next((name for name in tools if "weather" in name), None)
    words = said(asked)
    if asked["choice"] in tools:
        return calling([(asked["choice"], filled(tools[asked["choice"]], words))])
    if weather and not asked["results"] and asked["choice"] != "none":
        cities = CITIES if asked["parallel"] else CITIES[:1]
        return calling([(weather, {"city": city}) for city in cities])
    others = [name for name in tools if name != weather]
    if others and (asked["choice"] == "required" or not (asked["results"] or weather)):
        return calling([(others[-1], filled(tools[others[-1]], words))])
    if asked["schema"] is not None:
        return {"text": json.dumps(filled(asked["schema"], words)), "calls": []}
    return {"text": words, "calls": []}


def said(asked):
    """What there is to say about a request: the results of functions, the pictures, or the last words of the user."""
    question = asked["question"]
    # DSPy has its questions and answers between marks.
    marked = re.search(r"\[\[ ## question ## \]\]\s*(.*?)\s*(?=\[\[|Respond|$)", question, re.DOTALL)
    if asked["results"]:
        words = f"The tools said: {'; '.join(asked['results'])}"
    elif asked["images"]:
        words = "I saw " + " and ".join(f"{mime} of {size} bytes" for mime, size in asked["images"])
    elif asked["files"]:
        words = "I was given " + " and ".join(f"{mime} of {size} bytes" for mime, size in asked["files"])
    else:
        words = f"You said: {marked[1] if marked else question}"
    is_marked = "[[ ## answer ## ]]" in question
    return f"[[ ## answer ## ]]\n{words}\n\n[[ ## completed ## ]]" if is_marked else words


def calling(calls):
    return {"text": None, "calls": calls}
