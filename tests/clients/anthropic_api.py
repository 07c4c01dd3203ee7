"""Anthropic's own Python client against a running Mediary, strictly validated.

Takes the server's address and that of the providers it is configured with, those of upstream.py:
python3 tests/clients/anthropic_api.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. Everything is tried with a model that speaks OpenAI's
format and with one of Gemini's.
"""

import argparse
import json
from pathlib import Path

import anthropic
from pydantic import BaseModel

REQUESTS = Path(__file__).resolve().parents[2] / "samples" / "requests"
BOTH = ("fake/words", "gemini/gemini-3.5-flash")
WEATHER = {
    "name": "weather",
    "description": "The weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


class Receipt(BaseModel):
    shop: str
    total: float
    currency: str


def sample(name):
    return json.loads((REQUESTS / f"{name}.json").read_text(encoding="utf-8"))


def says(content):
    return [{"role": "user", "content": content}]


def words(message):
    return "".join(block.text for block in message.content if block.type == "text")


def chats(client):
    """Whole answers, and streams whose pieces add up to their message."""
    for model in BOTH:
        asked = {"model": model, "max_tokens": 100, "system": "Be brief.", "messages": says("Hello there")}
        message = client.messages.create(**asked)
        assert words(message) == "You said: Hello there" and message.stop_reason == "end_turn", message
        assert (message.usage.input_tokens, message.usage.output_tokens) == (20, 7), message
        with client.messages.stream(**asked) as stream:
            pieces = list(stream.text_stream)
            final = stream.get_final_message()
        assert len(pieces) > 1 and "".join(pieces) == words(final) == "You said: Hello there", pieces
        assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", 7), final


def thinks_and_sees(client):
    """Thoughts come in blocks of their own and go back; a picture reaches a model that sees, and its text one that reads."""
    for model in BOTH:
        thinking = {"type": "enabled", "budget_tokens": 2000}
        asked = {"model": model, "max_tokens": 4000, "thinking": thinking}
        message = client.messages.create(**asked, messages=says("A bat and a ball?"))
        thoughts = [block.thinking for block in message.content if block.type == "thinking"]
        assert thoughts == ["Let me think."], message
        told = [*says("A bat and a ball?"), {"role": "assistant", "content": message.content}, *says("And then?")]
        assert words(client.messages.create(**asked, messages=told)) == "You said: And then?"
    data = sample("vision")["messages"][0]["content"][1]["image_url"]["url"].partition(",")[2]
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    question = says([{"type": "text", "text": "When does it close?"}, picture])
    message = client.messages.create(model=BOTH[1], max_tokens=100, messages=question)
    assert "<image/png>" in words(message), message
    message = client.messages.create(model=BOTH[0], max_tokens=100, messages=question)
    assert "taken from an attached file (png)" in words(message), message


def calls_tools(client):
    """Calls side by side, whole and in streams, and their results on the way back."""
    question = says(sample("tools")["messages"][-1]["content"])
    for model in BOTH:
        asked = {"model": model, "max_tokens": 100, "tools": [WEATHER]}
        message = client.messages.create(**asked, messages=question)
        calls = [block for block in message.content if block.type == "tool_use"]
        assert [call.input["city"] for call in calls] == ["Paris", "Oslo"] and message.stop_reason == "tool_use", message
        with client.messages.stream(**asked, messages=question) as stream:
            streamed = [block for block in stream.get_final_message().content if block.type == "tool_use"]
        assert [call.input["city"] for call in streamed] == ["Paris", "Oslo"], streamed
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": f"{call.input['city']}: mild"} for call in calls]
        told = [*question, {"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
        message = client.messages.create(**asked, messages=told)
        assert "Paris: mild" in words(message) and "Oslo: mild" in words(message), message


def fills_forms(client):
    """A reply that is bound to a schema."""
    for model in BOTH:
        form = {"format": {"type": "json_schema", "schema": anthropic.transform_schema(Receipt)}}
        message = client.messages.create(model=model, max_tokens=100, messages=says("4.75"), output_config=form)
        assert Receipt.model_validate_json(words(message)).currency == "GBP", message


def counts_and_lists(client):
    """Tokens and models."""
    for model in BOTH:
        counted = client.messages.count_tokens(model=model, messages=says("Hello there"), tools=[WEATHER])
        assert counted.input_tokens > 10, counted
    ids = [model.id for model in client.models.list(limit=10)]
    assert set(BOTH) < set(ids) and len(ids) == len(set(ids)), ids
    assert client.models.retrieve(BOTH[0]).id == BOTH[0]


def fails(client):
    """Errors under the client's own names for them, in streams too."""
    asked = {"max_tokens": 100, "messages": says("x")}
    for what, kind in (
        (lambda: client.messages.create(model="none", **asked), anthropic.NotFoundError),
        (lambda: client.messages.create(model="fake/busy", **asked), anthropic.RateLimitError),
        (lambda: client.messages.create(model=BOTH[0], max_tokens=1, messages=[]), anthropic.BadRequestError),
    ):
        try:
            what()
        except kind as error:
            assert error.body["error"]["message"] and error.request_id, error
        else:
            raise AssertionError(f"{kind.__name__} was expected")
    try:
        with client.messages.stream(model="fake/breaks-off", **asked) as stream:
            stream.until_done()
    except anthropic.APIError:
        return
    raise AssertionError("half of an answer was taken for a whole one")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the server's address")
    arguments.add_argument("--upstream", help="the providers' address; not asked")
    address = arguments.parse_args().server
    client = anthropic.Anthropic(api_key="none", base_url=address, max_retries=0, _strict_response_validation=True)
    for check in (chats, thinks_and_sees, calls_tools, fills_forms, counts_and_lists, fails):
        check(client)
        print(f"anthropic: {check.__name__}")


if __name__ == "__main__":
    main()
