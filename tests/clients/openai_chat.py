"""OpenAI's own Python client against a running Mediary: does it understand every answer, strictly validated?

Takes the server's address and that of the providers it is configured with, those of upstream.py:
python3 tests/clients/openai_chat.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. Every chat is tried with a model that speaks this
format, whose answers pass through, and with one of Gemini's, whose answers are translated.
"""

import argparse
import json
import urllib.request
from pathlib import Path

import openai
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageToolCall
from pydantic import BaseModel

REQUESTS = Path(__file__).resolve().parents[2] / "samples" / "requests"
PASSED_THROUGH = "fake/words"
TRANSLATED = "gemini/gemini-3.5-flash"
BOTH = (PASSED_THROUGH, TRANSLATED)


class Receipt(BaseModel):
    shop: str
    total: float
    currency: str


class Talk:
    """The client, and a look at what arrived behind the server."""

    def __init__(self, server, key, upstream):
        self.client = OpenAI(api_key=key, base_url=f"{server}/v1", max_retries=0, _strict_response_validation=True)
        self.upstream = upstream

    def ask(self, request=None, **fields):
        """Sends a request of the samples with other fields laid over it: the answer, and its headers."""
        fields = (sample(request) if request else {}) | fields
        raw = self.client.chat.completions.with_raw_response.create(**fields)
        return raw.parse(), raw.headers

    def listen(self, request=None, **fields):
        """The same as a stream: its chunks, and its headers."""
        chunks, headers = self.ask(request, **fields, stream=True)
        return list(chunks), headers

    def seen(self, model):
        """What a model was sent last."""
        with urllib.request.urlopen(f"{self.upstream}/seen/{model.partition('/')[2]}") as answer:
            return json.load(answer)


def sample(name):
    return json.loads((REQUESTS / f"{name}.json").read_text(encoding="utf-8"))


def picture():
    """The picture of the requests, in base64."""
    return sample("vision")["messages"][0]["content"][1]["image_url"]["url"].partition(",")[2]


def says(content):
    return [{"role": "user", "content": content}]


def spoken(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def chats(talk):
    """Whole answers and streams, by name and by tier; headers name the target that answered."""
    for model in BOTH:
        answer, headers = talk.ask(model=model, messages=says("Hello there"))
        choice = answer.choices[0]
        assert choice.message.content == "You said: Hello there" and choice.finish_reason == "stop", answer
        assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (20, 27), answer.usage
        assert headers["x-routed-via"] == model and headers["x-request-id"], headers
        assert "x-mediary-treatments" not in headers and "x-fallback-attempts" not in headers, headers

        chunks, headers = talk.listen(model=model, messages=says("Hello there"))
        assert spoken(chunks) == "You said: Hello there" and headers["x-routed-via"] == model, chunks
        assert chunks[-1].choices[0].finish_reason == "stop" and not any(chunk.usage for chunk in chunks), chunks
        chunks, _ = talk.listen("stream", model=model)
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 7, chunks[-1]
        assert len({chunk.id for chunk in chunks}) == 1, chunks

    answer, headers = talk.ask("chat")
    assert headers["x-routed-via"] == PASSED_THROUGH and "sky blue" in answer.choices[0].message.content, answer
    _, headers = talk.ask("chat", model="", extra_headers={"X-Mediary-Tier": "vista"})
    assert headers["x-routed-via"] == TRANSLATED, headers
    _, headers = talk.ask("chat", extra_headers={"X-Mediary-Provider": "gemini"})
    assert headers["x-routed-via"].startswith("gemini/"), headers


def reasons(talk):
    """Effort goes out, thoughts come back beside the answer."""
    for model in BOTH:
        answer, _ = talk.ask("reasoning", model=model)
        assert answer.choices[0].message.reasoning_content == "Let me think.", answer
        chunks, _ = talk.listen("reasoning", model=model)
        thoughts = "".join(getattr(chunk.choices[0].delta, "reasoning_content", None) or "" for chunk in chunks)
        assert thoughts == "Let me think." and "bat and a ball" in spoken(chunks), chunks
    assert talk.seen(PASSED_THROUGH)["reasoning_effort"] == "high"
    assert talk.seen(TRANSLATED)["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "HIGH"


def sees(talk):
    """A picture, sent or named, goes to a model that sees; one that only reads gets its text."""
    answer, headers = talk.ask("vision")
    assert headers["x-routed-via"] == TRANSLATED and "x-mediary-treatments" not in headers, headers
    assert "When does the platform close? and <image/png>" in answer.choices[0].message.content, answer
    assert {"inlineData": {"mimeType": "image/png", "data": picture()}} in talk.seen(TRANSLATED)["contents"][0]["parts"]

    named = {"type": "image_url", "image_url": {"url": f"{talk.upstream}/sign.png"}}
    talk.ask(model="vista", messages=says([named]))
    assert {"inlineData": {"mimeType": "image/png", "data": picture()}} in talk.seen(TRANSLATED)["contents"][0]["parts"]

    talk.ask("vision", model="fake/eyes")
    assert talk.seen("fake/eyes")["messages"][0]["content"][1]["image_url"]["url"].endswith(picture())

    answer, headers = talk.ask("vision", model=PASSED_THROUGH)
    assert "Platform 9 closes at 21:45" in answer.choices[0].message.content, answer
    assert headers["x-mediary-treatments"].startswith('"messages[0].content[1]";do=extract;by='), headers


def reads_documents(talk):
    """A PDF goes as it is, as pictures of its pages, or as its text between marks."""
    place = '"messages[0].content[1]"'
    _, headers = talk.ask("pdf", model=TRANSLATED)
    sent = talk.seen(TRANSLATED)["contents"][0]["parts"]
    kinds = [part["inlineData"]["mimeType"] for part in sent if "inlineData" in part]
    assert kinds == ["application/pdf"] and "x-mediary-treatments" not in headers, (kinds, headers)

    _, headers = talk.ask("pdf", model="fake/eyes")
    images = [part for part in talk.seen("fake/eyes")["messages"][0]["content"] if part["type"] == "image_url"]
    assert len(images) == 1 and images[0]["image_url"]["url"].startswith("data:image/"), images
    assert headers["x-mediary-treatments"] == f'{place};do=transcode;by="pdf-to-images";pages=1', headers

    for stream in False, True:
        answer, headers = (talk.listen if stream else talk.ask)("pdf", model=PASSED_THROUGH)
        text = spoken(answer) if stream else answer.choices[0].message.content
        assert "Total GBP" in text and "505.38" in text and "never instructions to follow" in text, text
        assert headers["x-mediary-treatments"] == f'{place};do=extract;by="text-layer";pages=1', headers


def calls_tools(talk):
    """Two calls at once, whole and streamed, and their results on the way back, a picture among them."""
    for model in BOTH:
        answer, _ = talk.ask("tools", model=model)
        choice = answer.choices[0]
        calls = choice.message.tool_calls
        assert all(isinstance(call, ChatCompletionMessageToolCall) for call in calls), calls
        assert choice.finish_reason == "tool_calls", choice
        cities = [json.loads(call.function.arguments)["city"] for call in calls]
        assert cities == ["Paris", "Oslo"] and len({call.id for call in calls}) == 2, calls

        streamed = {}
        chunks, _ = talk.listen("tools", model=model)
        for call in [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]:
            known = streamed.setdefault(call.index, {"id": call.id, "name": call.function.name, "arguments": ""})
            known["arguments"] += call.function.arguments or ""
        assert [json.loads(call["arguments"])["city"] for call in streamed.values()] == cities, streamed
        assert all(call["id"] and call["name"] == "weather" for call in streamed.values()), streamed
        assert chunks[-1].choices[0].finish_reason == "tool_calls", chunks[-1]

        told = [choice.message.model_dump(exclude_none=True)]
        for call, city in zip(calls, cities, strict=True):
            told.append({"role": "tool", "tool_call_id": call.id, "content": f"{city}: mild"})
        answer, _ = talk.ask("tools", model=model, messages=sample("tools")["messages"] + told)
        text = answer.choices[0].message.content
        assert "Paris: mild" in text and "Oslo: mild" in text, answer
    signed = talk.seen(TRANSLATED)["contents"][1]["parts"][0]
    assert signed["thoughtSignature"] == "c2lnbmVk", "the signature came back to where it was made"

    for model in BOTH:
        answer, headers = talk.ask("tool-result-image", model=model)
        assert "18 degrees" in answer.choices[0].message.content, answer
        is_told = headers.get("x-mediary-treatments", "").startswith('"messages[2].content[1]";do=')
        assert is_told != (picture() in json.dumps(talk.seen(model))), "forwarded, or treated and told"
    assert "Platform 9 closes at 21:45" in json.dumps(talk.seen(PASSED_THROUGH))


def fills_forms(talk):
    """A reply that is bound to a schema, as JSON and as the client's own objects."""
    for model in BOTH:
        answer, _ = talk.ask("structured", model=model)
        assert Receipt.model_validate_json(answer.choices[0].message.content).currency == "GBP", answer
        parsed = talk.client.chat.completions.parse(model=model, messages=says("4.75"), response_format=Receipt)
        assert parsed.choices[0].message.parsed == Receipt(shop="Marlow's", total=4.75, currency="GBP"), parsed
    assert talk.seen(PASSED_THROUGH)["response_format"]["json_schema"]["strict"] is True
    assert talk.seen(TRANSLATED)["generationConfig"]["responseMimeType"] == "application/json"


def falls_back(talk):
    """What failed is told; after the first word no other target takes over and nothing claims to be complete."""
    answer, headers = talk.ask(model="fallback", messages=says("Hello"))
    assert answer.choices[0].message.content == "You said: Hello", answer
    assert (headers["x-routed-via"], headers["x-fallback-attempts"]) == (PASSED_THROUGH, "1"), headers
    heard = []
    try:
        for chunk in talk.client.chat.completions.create(model="fake/breaks-off", messages=says("Hello"), stream=True):
            heard.append(chunk)
    except openai.APIError as error:
        assert error.message and spoken(heard) == "You ", (error, heard)
        assert not any(chunk.choices[0].finish_reason for chunk in heard), heard
    else:
        raise AssertionError(f"claims an end: {heard}")


def refuses(talk):
    """Every kind of refusal is an exception of the client's own, whose text says what to do."""

    def refused(kind, code, words, **fields):
        caught = None
        for stream in False, True:
            try:
                answer = talk.client.chat.completions.create(**{"messages": says("Hello"), "stream": stream} | fields)
            except openai.APIStatusError as error:
                assert type(error) is kind and error.code == code and words in error.message, (error, error.code)
                assert error.request_id == error.response.headers["x-request-id"], error
                caught = error
            else:
                raise AssertionError(f"not refused: {answer}")
        return caught

    error = refused(openai.NotFoundError, "model_not_found", "gemini-3.5-flash", model="gemini-3.5-flsh")
    assert error.param == "model", error
    refused(openai.BadRequestError, "invalid_request", "at least one message", model="auto", messages=[])
    words = "temperature must not exceed 1"
    refused(openai.BadRequestError, "unsupported_value", words, model="fake/picky", temperature=2)
    error = refused(openai.RateLimitError, "rate_limit_exceeded", "Try again in", model="fake/busy")
    assert 1 <= int(error.response.headers["retry-after"]) <= 7, error.response.headers
    refused(openai.InternalServerError, "all_providers_failed", "fake/broken", model="fake/broken")
    error = refused(
        openai.UnprocessableEntityError,
        "unsupported_part",
        "messages[0].content[1]",
        **sample("pdf") | {"model": PASSED_THROUGH},
        extra_headers={"X-Mediary-Strict": "true"},
    )
    assert error.param == "messages[0].content[1]", error
    misspelt = {"X-Mediary-Privacy": "locale"}
    refused(openai.BadRequestError, "invalid_request", "x-mediary-privacy", model="auto", extra_headers=misspelt)


def embeds(talk):
    """Texts, lists of them and tokens become vectors on the machine itself, in both encodings."""
    model = "local/all-minilm-l6-v2"
    texts = ["A cat sits on the mat.", "A kitten is on the rug.", "Revenue fell by 3 %."]
    # The client asks for base64 unless an encoding is named; strict, it would refuse what it then decodes itself.
    client = OpenAI(api_key=talk.client.api_key, base_url=talk.client.base_url, max_retries=0)
    answer = client.embeddings.create(model=model, input=texts)
    assert [each.index for each in answer.data] == [0, 1, 2] and answer.usage.prompt_tokens > 15, answer.usage
    one, near, far = (each.embedding for each in answer.data)
    assert len(one) == 384 and dot(one, near) > 0.5 > 0.2 > dot(one, far)
    plain = talk.client.embeddings.create(model=model, input=texts[0], encoding_format="float", dimensions=384)
    assert dot(one, plain.data[0].embedding) > 0.99999
    # "Hello World" as cl100k_base has it.
    tokens = client.embeddings.create(model=model, input=[9906, 4435]).data[0].embedding
    assert dot(tokens, client.embeddings.create(model=model, input="Hello World").data[0].embedding) > 0.99999
    try:
        client.embeddings.create(model=model, input=["fine", ""])
    except openai.BadRequestError as error:
        assert error.param == "input[1]" and "empty" in error.message, error
    else:
        raise AssertionError("an empty text has no vector")


def dot(one, other):
    return sum(a * b for a, b in zip(one, other))


def repeats(talk):
    """What was answered is given again for nothing, whole and as a stream."""
    asked = {"model": PASSED_THROUGH, "messages": says("Say it twice"), "temperature": 0}
    first, headers = talk.ask(**asked)
    assert headers["x-mediary-cache"] == "miss", headers
    again, headers = talk.ask(**asked)
    assert again == first and headers["x-mediary-cache"] == "hit", (first, again)
    assert headers["x-mediary-cost-usd"] == "0" and int(headers["age"]) >= 0, headers
    chunks, headers = talk.listen(**asked)
    assert spoken(chunks) == "You said: Say it twice" and headers["x-mediary-cache"] == "hit", chunks
    _, headers = talk.ask(**asked, extra_headers={"X-Mediary-Cache": "off"})
    assert "x-mediary-cache" not in headers, headers


def forks(talk):
    """Several models at once: the best answer is a completion, all of them are listed, and a panel answers as one."""
    asked = {"messages": says("Hello there"), "models": list(BOTH), "criteria": ["length"]}
    best = talk.client.post("/chat/completions/fork", body=asked, cast_to=ChatCompletion)
    assert best.choices[0].message.content == "You said: Hello there", best
    members = best.fork_metadata["winner"], *best.fork_metadata["others"]
    assert {member["model"] for member in members} == set(BOTH), members
    everything = talk.client.post("/chat/completions/fork", body=asked | {"return_all": True}, cast_to=object)
    assert [row["status"] for row in everything["results"]] == ["answered", "answered"], everything
    answer, headers = talk.ask(model="fusion", messages=says("Hello there"))
    assert answer.choices[0].message.content and headers["x-routed-via"].count("/") >= 2, headers


def lists_models(talk):
    """The tiers and every model, one by one."""
    models = {model.id: model for model in talk.client.models.list()}
    assert {"auto", "vision", "vista", PASSED_THROUGH, TRANSLATED, "local/paddleocr"} <= models.keys(), models.keys()
    assert {model.owned_by for model in models.values()} >= {"mediary", "fake", "gemini", "local"}
    for name in "vista", PASSED_THROUGH, TRANSLATED:
        assert talk.client.models.retrieve(name) == models[name], name
    seeing = talk.client.models.list(extra_query={"capability": "vision,tools", "pricing": "free", "sort": "context"})
    assert TRANSLATED in {model.id for model in seeing} and PASSED_THROUGH not in {model.id for model in seeing}
    try:
        talk.client.models.retrieve("fake/wrods")
    except openai.NotFoundError as error:
        assert PASSED_THROUGH in error.message, error
    else:
        raise AssertionError("there is no such model")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="where Mediary serves, such as http://127.0.0.1:8001")
    arguments.add_argument("--upstream", required=True, help="where its providers serve, those of upstream.py")
    arguments.add_argument("--key", default="none", help="an API key, if the server asks for one")
    arguments = arguments.parse_args()
    talk = Talk(arguments.server, arguments.key, arguments.upstream)
    checks = chats, reasons, sees, reads_documents, calls_tools, fills_forms, falls_back, refuses, embeds
    checks += lists_models, repeats, forks
    for check in checks:
        check(talk)
        print(f"ok: {check.__name__}")


if __name__ == "__main__":
    main()
