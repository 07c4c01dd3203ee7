"""OpenAI's own Python client holds live conversations with a running Mediary, by its realtime helpers.

Takes the server's address: python3 tests/clients/openai_realtime.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. The targets are those of upstream.py: one that chats,
and one that calls a function where it is offered one.
"""

import argparse
import asyncio
import base64
import json
import urllib.request

from openai import AsyncOpenAI, OpenAI

PATIENCE_SECONDS = 60
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


async def until(connection, kind):
    """The next event of a type; nothing may go wrong before it."""
    async for event in connection:
        assert event.type != "error", event
        if event.type == kind:
            return event
    raise AssertionError(f"the conversation ended before {kind}")


async def write(connection, text):
    content = [{"type": "input_text", "text": text}]
    await connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})


async def answers_in_text(server, seen):
    """Instructions, a text, and an answer that grows."""
    client = AsyncOpenAI(api_key="none", base_url=f"{server}/v1")
    async with client.realtime.connect(model="fake/words") as connection:
        created = await until(connection, "session.created")
        assert created.session.type == "realtime", created
        session = {"type": "realtime", "instructions": "Be brief.", "output_modalities": ["text"]}
        # Turns are told by this client; whether the server could is a matter of what is installed.
        session["audio"] = {"input": {"turn_detection": None}}
        await connection.session.update(session=session)
        updated = await until(connection, "session.updated")
        assert updated.session.instructions == "Be brief.", updated
        await write(connection, "Good morning.")
        await connection.response.create()
        text = ""
        async for event in connection:
            if event.type == "response.output_text.delta":
                text += event.delta
            elif event.type == "response.done":
                break
        assert event.response.status == "completed", event
        assert text and text == event.response.output[0].content[0].text, event
        assert event.response.usage.total_tokens > 0, event
    told = [message["content"] for message in seen("words")["messages"]]
    assert told == ["Be brief.", "Good morning."], told


async def answers_aloud(server, _):
    """An answer in sound, with its words beside it."""
    client = AsyncOpenAI(api_key="none", base_url=f"{server}/v1")
    async with client.realtime.connect(model="fake/words") as connection:
        await write(connection, "Good morning.")
        await connection.response.create()
        sound, words = b"", ""
        async for event in connection:
            if event.type == "response.output_audio.delta":
                sound += base64.b64decode(event.delta)
            elif event.type == "response.output_audio_transcript.delta":
                words += event.delta
            elif event.type == "response.done":
                break
        assert event.response.status == "completed", event
        assert words.strip() and len(sound) > 2_000 and any(sound), (words, len(sound))


async def calls_functions(server, seen):
    """A function is called; what it gives is answered."""
    client = AsyncOpenAI(api_key="none", base_url=f"{server}/v1")
    async with client.realtime.connect(model="fake/words") as connection:
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"], "tools": [TOOL]})
        await write(connection, "What is the weather in Paris?")
        await connection.response.create()
        done = await until(connection, "response.done")
        call = next(item for item in done.response.output if item.type == "function_call")
        assert call.name == "get_weather" and isinstance(json.loads(call.arguments), dict), call
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
        await connection.conversation.item.create(item=output)
        await connection.response.create()
        done = await until(connection, "response.done")
        assert done.response.status == "completed", done
    results = [message for message in seen("words")["messages"] if message["role"] == "tool"]
    assert results and results[0]["content"] == "rain", results


async def opens_with_a_client_secret(server, seen):
    """A page is given a token, and with it the session as it was asked for."""
    session = {"type": "realtime", "model": "fake/words", "instructions": "Be kind.", "output_modalities": ["text"]}
    given = OpenAI(api_key="none", base_url=f"{server}/v1").realtime.client_secrets.create(session=session)
    assert given.value.startswith("ek_"), given
    client = AsyncOpenAI(api_key=given.value, base_url=f"{server}/v1")
    async with client.realtime.connect(model="fake/words") as connection:
        created = await until(connection, "session.created")
        assert created.session.instructions == "Be kind.", created


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server")
    arguments.add_argument("--upstream", required=True)
    arguments = arguments.parse_args()

    def seen(model):
        with urllib.request.urlopen(f"{arguments.upstream}/seen/{model}") as answer:
            return json.load(answer)

    for check in answers_in_text, answers_aloud, calls_functions, opens_with_a_client_secret:
        asyncio.run(asyncio.wait_for(check(arguments.server, seen), PATIENCE_SECONDS))
        print(f"ok: {check.__name__}")


if __name__ == "__main__":
    main()
