"""Ollama's own Python client against a running Mediary.

Takes the server's address and that of the providers it is configured with, those of upstream.py:
python3 tests/clients/ollama_api.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. Everything is tried with a model that speaks OpenAI's
format and with one of Gemini's.
"""

import argparse
import json
from pathlib import Path

import ollama
from pydantic import BaseModel

REQUESTS = Path(__file__).resolve().parents[2] / "samples" / "requests"
BOTH = ("fake/words", "gemini/gemini-3.5-flash")


class Receipt(BaseModel):
    shop: str
    total: float
    currency: str


def weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: which city
    """
    return f"{city}: mild"


def sample(name):
    return json.loads((REQUESTS / f"{name}.json").read_text(encoding="utf-8"))


def says(content, **fields):
    return [{"role": "user", "content": content, **fields}]


def chats(client):
    """Whole answers and streams, by the model's name with and without a tag."""
    for model in BOTH:
        for name in model, f"{model}:latest":
            answer = client.chat(model=name, messages=says("Hello there"))
            assert answer.message.content == "You said: Hello there" and answer.done_reason == "stop", answer
            assert (answer.prompt_eval_count, answer.eval_count) == (20, 7) and answer.total_duration > 0, answer
        pieces = list(client.chat(model=model, messages=says("Hello there"), stream=True))
        assert "".join(piece.message.content for piece in pieces) == "You said: Hello there", pieces
        assert pieces[-1].done and not any(piece.done for piece in pieces[:-1]), pieces
        answer = client.generate(model=model, prompt="Hello there", system="Be brief.")
        assert answer.response == "You said: Hello there", answer
        pieces = list(client.generate(model=model, prompt="Hello there", stream=True))
        assert "".join(piece.response for piece in pieces) == "You said: Hello there", pieces


def thinks_and_sees(client):
    """Thoughts come beside the words; a picture reaches a model that sees, and its text one that reads."""
    for model in BOTH:
        answer = client.chat(model=model, messages=says("A bat and a ball?"), think="high")
        assert answer.message.thinking == "Let me think.", answer
    picture = sample("vision")["messages"][0]["content"][1]["image_url"]["url"].partition(",")[2]
    answer = client.chat(model=BOTH[1], messages=says("When does it close?", images=[picture]))
    assert "<image/png>" in answer.message.content, answer
    answer = client.generate(model=BOTH[0], prompt="When does it close?", images=[picture])
    assert "taken from an attached file (png)" in answer.response, answer


def calls_tools(client):
    """Calls as objects, and their results on the way back."""
    question = says(sample("tools")["messages"][-1]["content"])
    for model in BOTH:
        answer = client.chat(model=model, messages=question, tools=[weather])
        calls = answer.message.tool_calls
        assert [call.function.arguments["city"] for call in calls] == ["Paris", "Oslo"], answer
        told = [answer.message]
        told += [{"role": "tool", "tool_name": "weather", "content": weather(**call.function.arguments)} for call in calls]
        answer = client.chat(model=model, messages=question + told, tools=[weather])
        assert "Paris: mild" in answer.message.content and "Oslo: mild" in answer.message.content, answer
        pieces = client.chat(model=model, messages=question, tools=[weather], stream=True)
        calls = [call for piece in pieces for call in piece.message.tool_calls or []]
        assert [call.function.arguments["city"] for call in calls] == ["Paris", "Oslo"], calls


def fills_forms(client):
    """A reply that is bound to a schema."""
    for model in BOTH:
        answer = client.chat(model=model, messages=says("4.75"), format=Receipt.model_json_schema())
        assert Receipt.model_validate_json(answer.message.content).currency == "GBP", answer


def lists(client):
    """What there is, and details that agree with it."""
    listed = {model.model: model for model in client.list().models}
    assert set(BOTH) < set(listed) and "auto" in listed, listed
    for name in BOTH:
        shown = client.show(name)
        assert "completion" in shown.capabilities and "tools" in shown.capabilities, shown
        architecture = shown.modelinfo["general.architecture"]
        assert shown.modelinfo[f"{architecture}.context_length"] > 4096, shown
    assert client.ps().models == []


def fails(client):
    """Errors with their statuses; what only an Ollama can do is refused."""
    for what, status in (
        (lambda: client.chat(model="none", messages=says("x")), 404),
        (lambda: client.chat(model=BOTH[0], messages=[{"role": "wizard", "content": "x"}]), 400),
        (lambda: client.show("none"), 404),
        (lambda: client.pull("qwen3"), 501),
        (lambda: list(client.chat(model="fake/breaks-off", messages=says("x"), stream=True)), -1),
    ):
        try:
            what()
        except ollama.ResponseError as error:
            assert error.status_code == status and error.error, (status, error.status_code, error)
        else:
            raise AssertionError(f"{status} was expected")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the server's address")
    arguments.add_argument("--upstream", help="the providers' address; not asked")
    client = ollama.Client(host=arguments.parse_args().server)
    for check in (chats, thinks_and_sees, calls_tools, fills_forms, lists, fails):
        check(client)
        print(f"ollama: {check.__name__}")


if __name__ == "__main__":
    main()
