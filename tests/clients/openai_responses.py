"""OpenAI's own Python client and its Responses API against a running Mediary, strictly validated.

Takes the server's address and that of the providers it is configured with, those of upstream.py:
python3 tests/clients/openai_responses.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. Everything is tried with a model that speaks OpenAI's
chats and with one of Gemini's.
"""

import argparse
import json
import time
import urllib.request
from pathlib import Path

import openai
from openai import OpenAI
from pydantic import BaseModel

REQUESTS = Path(__file__).resolve().parents[2] / "samples" / "requests"
BOTH = ("fake/words", "gemini/gemini-3.5-flash")
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}


class Receipt(BaseModel):
    shop: str
    total: float
    currency: str


def sample(name):
    return json.loads((REQUESTS / f"{name}.json").read_text(encoding="utf-8"))


def seen(upstream, model):
    """What a model was sent last."""
    with urllib.request.urlopen(f"{upstream}/seen/{model.partition('/')[2]}") as answer:
        return json.load(answer)


def answers(client, upstream):
    """Whole answers and streams; what a stream tells piece by piece is what its response says in the end."""
    for model in BOTH:
        response = client.responses.create(model=model, input="Hello there", instructions="Be brief.", store=False)
        assert response.output_text == "You said: Hello there", response
        assert (response.status, response.usage.input_tokens, response.usage.total_tokens) == ("completed", 20, 27), response
        with client.responses.stream(model=model, input="Hello there", store=False) as stream:
            events = list(stream)
            final = stream.get_final_response()
        assert final.output_text == "You said: Hello there", final
        told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert told == final.output_text, told
        assert [event.sequence_number for event in events] == list(range(len(events))), events


def reasons(client, upstream):
    """Thoughts are items before the words."""
    for model in BOTH:
        response = client.responses.create(model=model, input="A bat and a ball?", reasoning={"effort": "high"}, store=False)
        assert response.output[0].type == "reasoning", response
        assert response.output[0].summary[0].text == "Let me think.", response


def sees(client, upstream):
    """A picture reaches a model that sees, and one that reads gets its text."""
    url = sample("vision")["messages"][0]["content"][1]["image_url"]["url"]
    content = [{"type": "input_text", "text": "When does it close?"}, {"type": "input_image", "image_url": url, "detail": "auto"}]
    said = [{"role": "user", "content": content}]
    response = client.responses.create(model="gemini/gemini-3.5-flash", input=said, store=False)
    assert "<image/png>" in response.output_text, response
    response = client.responses.create(model="fake/words", input=said, store=False)
    assert "taken from an attached file (png)" in response.output_text, response


def calls_tools(client, upstream):
    """Calls, whole and streamed, and their results on the way back."""
    question = sample("tools")["messages"][-1]["content"]
    for model in BOTH:
        response = client.responses.create(model=model, input=question, tools=[WEATHER], store=False)
        calls = [item for item in response.output if item.type == "function_call"]
        assert [json.loads(call.arguments)["city"] for call in calls] == ["Paris", "Oslo"], response
        with client.responses.stream(model=model, input=question, tools=[WEATHER], store=False) as stream:
            streamed = [item for item in stream.get_final_response().output if item.type == "function_call"]
        assert [call.arguments for call in streamed] == [call.arguments for call in calls], streamed
        told = [{"role": "user", "content": question}, *response.output]
        for call in calls:
            city = json.loads(call.arguments)["city"]
            told.append({"type": "function_call_output", "call_id": call.call_id, "output": f"{city}: mild"})
        response = client.responses.create(model=model, input=told, tools=[WEATHER], store=False)
        assert "Paris: mild" in response.output_text and "Oslo: mild" in response.output_text, response


def fills_forms(client, upstream):
    """A reply that is bound to a schema, as the client's own object."""
    for model in BOTH:
        parsed = client.responses.parse(model=model, input="4.75", text_format=Receipt, store=False)
        assert parsed.output_parsed == Receipt(shop="Marlow's", total=4.75, currency="GBP"), parsed


def is_kept(client, upstream):
    """Conversations go on by an id, at another target too; what was kept is looked at and removed."""
    first = client.responses.create(model=BOTH[0], input="One")
    second = client.responses.create(model=BOTH[1], input="Two", previous_response_id=first.id)
    assert "Two" in second.output_text and second.previous_response_id == first.id, second
    told = json.dumps(seen(upstream, BOTH[1])["contents"])
    assert "You said: One" in told, told
    assert client.responses.retrieve(first.id).output_text == first.output_text
    items = list(client.responses.input_items.list(second.id, order="asc", limit=1))
    assert len(items) == 3 and items[0].content[0].text == "One", items
    client.responses.delete(first.id)
    try:
        client.responses.retrieve(first.id)
    except openai.NotFoundError as error:
        assert error.code == "response_not_found", error
    else:
        raise AssertionError("it is still there")


def is_answered_in_the_background(client, upstream):
    """One that is answered while it is looked at."""
    response = client.responses.create(model=BOTH[0], input="Later", background=True)
    assert response.status == "queued", response
    end = time.monotonic() + 30
    while response.status in ("queued", "in_progress") and time.monotonic() < end:
        response = client.responses.retrieve(response.id)
    assert response.output_text == "You said: Later", response
    assert client.responses.cancel(response.id).status == "completed"


def fails(client, upstream):
    """Errors are the client's own."""
    for fields, kind in (({"model": "fake/none", "input": "x"}, openai.NotFoundError), ({"model": BOTH[0], "input": []}, openai.BadRequestError)):
        try:
            client.responses.create(**fields)
        except kind as error:
            assert error.code, error
        else:
            raise AssertionError(f"{fields} were answered")
    with client.responses.stream(model="fake/breaks-off", input="x", store=False) as stream:
        last = list(stream)[-1]
    assert last.type == "response.failed" and last.response.status == "failed", last


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the server's address")
    arguments.add_argument("--upstream", required=True, help="the providers' address")
    arguments = arguments.parse_args()
    client = OpenAI(api_key="none", base_url=f"{arguments.server}/v1", max_retries=0, _strict_response_validation=True)
    for check in (answers, reasons, sees, calls_tools, fills_forms, is_kept, is_answered_in_the_background, fails):
        check(client, arguments.upstream)
        print(f"responses: {check.__name__}")


if __name__ == "__main__":
    main()
