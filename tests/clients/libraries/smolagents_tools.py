"""Hugging Face's `smolagents`: its agent must call a function each time, the last of them `final_answer`."""

import contextlib
import io

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN
from expected import reports, says, streams, weather
from PIL import Image
from smolagents import ChatMessage, LogLevel, OpenAIServerModel, ToolCallingAgent, tool


def model(place, **fields):
    return OpenAIServerModel(model_id=place.model, api_base=place.base_url, api_key=place.key, **fields)


def asked(*content):
    return [ChatMessage(role="user", content=[{"type": "text", "text": QUESTION}, *content])]


def chat(place):
    says(model(place, temperature=0.2).generate(asked(), stop_sequences=["Observation:"]).content)


def stream(place):
    streams(delta.content for delta in model(place).generate_stream(asked()))


def tools(place):
    reports(agent(place).run(ASKED_WEATHER))


def streamed_tools(place):
    # It draws what it hears.
    with contextlib.redirect_stdout(io.StringIO()):
        answer = agent(place, stream_outputs=True).run(ASKED_WEATHER)
    reports(answer)


def agent(place, **fields):
    fields |= {"verbosity_level": LogLevel.OFF, "max_steps": 4}
    return ToolCallingAgent(tools=[tool(weather)], model=model(place), **fields)


def image(place):
    picture = {"type": "image", "image": Image.open(io.BytesIO(SIGN))}
    answer = model(place).generate(asked(picture)).content
    assert answer.startswith(SEEN.partition(" of ")[0]), answer
