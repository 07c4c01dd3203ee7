"""Google's own Python client against a running Mediary.

Takes the server's address and that of the providers it is configured with, those of upstream.py:
python3 tests/clients/gemini_api.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. Everything is tried with a model that speaks OpenAI's
format and with one of Gemini's own.
"""

import argparse
import base64
import json
import urllib.request
from pathlib import Path

from google import genai
from google.genai import errors, types
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


def seen(upstream, model):
    """What a model was sent last."""
    with urllib.request.urlopen(f"{upstream}/seen/{model.partition('/')[2]}") as answer:
        return json.load(answer)


def chats(client, upstream):
    """Whole answers, streams, and conversations that the client keeps."""
    for model in BOTH:
        config = types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.5, max_output_tokens=50)
        answer = client.models.generate_content(model=model, contents="Hello there", config=config)
        assert answer.text == "You said: Hello there", answer
        assert answer.candidates[0].finish_reason == types.FinishReason.STOP, answer
        usage = answer.usage_metadata
        assert (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count) == (20, 7, 27), answer
        assert "Be brief." in json.dumps(seen(upstream, model)), model
        pieces = list(client.models.generate_content_stream(model=model, contents="Hello there"))
        assert len(pieces) > 1 and "".join(piece.text or "" for piece in pieces) == "You said: Hello there", pieces
        assert pieces[-1].usage_metadata.total_token_count == 27, pieces[-1]
        chat = client.chats.create(model=model)
        chat.send_message("Hello there")
        assert chat.send_message("And again").text == "You said: And again"
        assert "You said: " in json.dumps(seen(upstream, model)), model


def thinks_and_sees(client, upstream):
    """Thoughts are parts of their own; a picture reaches a model that sees, and its text one that reads."""
    for model in BOTH:
        thinking = types.ThinkingConfig(include_thoughts=True, thinking_budget=2000)
        config = types.GenerateContentConfig(thinking_config=thinking)
        answer = client.models.generate_content(model=model, contents="A bat and a ball?", config=config)
        thoughts = [part.text for part in answer.candidates[0].content.parts if part.thought]
        assert thoughts == ["Let me think."] and "bat" in answer.text, answer
    picture = sample("vision")["messages"][0]["content"][1]["image_url"]["url"].partition(",")[2]
    part = types.Part.from_bytes(data=base64.b64decode(picture), mime_type="image/png")
    answer = client.models.generate_content(model=BOTH[1], contents=["When does it close?", part])
    assert "<image/png>" in answer.text, answer
    answer = client.models.generate_content(model=BOTH[0], contents=["When does it close?", part])
    assert "taken from an attached file (png)" in answer.text, answer
    address = types.Part.from_uri(file_uri=f"{upstream}/sign.png", mime_type="image/png")
    answer = client.models.generate_content(model=BOTH[0], contents=["When does it close?", address])
    assert "taken from an attached file (png)" in answer.text, answer


def calls_functions(client, upstream):
    """Calls that the client answers by itself, and those that are answered by hand, with their signatures."""
    question = sample("tools")["messages"][-1]["content"]
    for model in BOTH:
        config = types.GenerateContentConfig(tools=[weather])
        answer = client.models.generate_content(model=model, contents=question, config=config)
        assert "Paris: mild" in answer.text and "Oslo: mild" in answer.text, answer
        declared = types.FunctionDeclaration.from_callable(client=client._api_client, callable=weather)
        by_hand = types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])
        pieces = list(client.models.generate_content_stream(model=model, contents=question, config=by_hand))
        calls = [call for piece in pieces for call in piece.function_calls or []]
        assert [call.args["city"] for call in calls] == ["Paris", "Oslo"], calls
        answer = client.models.generate_content(model=model, contents=question, config=by_hand)
        results = [types.Part.from_function_response(name=call.name, response={"result": weather(**call.args)})
                   for call in answer.function_calls]
        turns = [types.UserContent(question), answer.candidates[0].content, types.UserContent(results)]
        answer = client.models.generate_content(model=model, contents=turns, config=by_hand)
        assert "Paris: mild" in answer.text and "Oslo: mild" in answer.text, answer
    parts = seen(upstream, BOTH[1])["contents"][1]["parts"]
    assert [base64.urlsafe_b64decode(part["thoughtSignature"]) for part in parts if "thoughtSignature" in part] == [b"signed"]


def fills_forms(client, _upstream):
    """A reply that is bound to a schema, said in either way."""
    for model in BOTH:
        for schema in {"response_schema": Receipt}, {"response_json_schema": Receipt.model_json_schema()}:
            config = types.GenerateContentConfig(response_mime_type="application/json", **schema)
            answer = client.models.generate_content(model=model, contents="4.75", config=config)
            assert Receipt.model_validate_json(answer.text).currency == "GBP", answer


def counts_and_embeds(client, upstream):
    """Tokens, counted there and here, and vectors."""
    assert client.models.count_tokens(model=BOTH[1], contents="Hello there").total_tokens == 4711
    assert 1 < client.models.count_tokens(model=BOTH[0], contents="Hello there").total_tokens < 20
    config = types.EmbedContentConfig(task_type="RETRIEVAL_QUERY", output_dimensionality=4)
    vectors = client.models.embed_content(model="gemini/gemini-embedding-001", contents=["a", "b"], config=config)
    assert [len(vector.values) for vector in vectors.embeddings] == [4, 4], vectors
    assert seen(upstream, "gemini/gemini-embedding-001")["requests"][1]["taskType"] == "RETRIEVAL_QUERY"


def lists(client, _upstream):
    """What there is, page by page."""
    names = [model.name for model in client.models.list(config={"page_size": 10})]
    assert {f"models/{name}" for name in BOTH} < set(names) and "models/auto" in names, names
    assert len(names) == len(set(names)), names
    for name in BOTH:
        model = client.models.get(model=name)
        assert model.input_token_limit > 4096 and "generateContent" in model.supported_actions, model


def takes_any_version(client, _upstream):
    """The version of the API that the client asks for by itself, and the stable one."""
    address = client._api_client._http_options.base_url
    for version in {}, {"api_version": "v1"}:
        other = genai.Client(api_key="none", http_options={"base_url": address, **version})
        for model in BOTH:
            assert other.models.generate_content(model=model, contents="Hello there").text == "You said: Hello there"
            pieces = other.models.generate_content_stream(model=model, contents="Hello there")
            assert "".join(piece.text or "" for piece in pieces) == "You said: Hello there"
            assert other.models.count_tokens(model=model, contents="Hello there").total_tokens > 1
        vectors = other.models.embed_content(model="gemini/gemini-embedding-001", contents=["a", "b"])
        assert len(vectors.embeddings) == 2, vectors
        try:
            other.models.generate_content(model="none", contents="x")
        except errors.APIError as error:
            assert (error.code, error.status) == (404, "NOT_FOUND"), error
        else:
            raise AssertionError("404 was expected")


def fails(client, _upstream):
    """Errors with their statuses, in streams too."""
    for what, status, word in (
        (lambda: client.models.generate_content(model="none", contents="x"), 404, "NOT_FOUND"),
        (lambda: client.models.generate_content(model="fake/busy", contents="x"), 429, "RESOURCE_EXHAUSTED"),
        (lambda: client.models.generate_content(model=BOTH[0], contents=[]), 400, "INVALID_ARGUMENT"),
        (lambda: list(client.models.generate_content_stream(model="none", contents="x")), 404, "NOT_FOUND"),
    ):
        try:
            what()
        except errors.APIError as error:
            assert (error.code, error.status) == (status, word) and error.message, error
        except ValueError:
            # Some are refused by the client itself.
            assert status == 400
        else:
            raise AssertionError(f"{status} was expected")
    try:
        pieces = list(client.models.generate_content_stream(model="fake/breaks-off", contents="x"))
    except errors.APIError:
        return
    assert not any(piece.candidates and piece.candidates[0].finish_reason for piece in pieces), pieces


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the server's address")
    arguments.add_argument("--upstream", required=True, help="the providers' address")
    arguments = arguments.parse_args()
    client = genai.Client(api_key="none", http_options={"base_url": arguments.server, "api_version": "v1beta"})
    for check in (chats, thinks_and_sees, calls_functions, fills_forms, counts_and_embeds, lists, takes_any_version, fails):
        check(client, arguments.upstream)
        print(f"google-genai: {check.__name__}")


if __name__ == "__main__":
    main()
