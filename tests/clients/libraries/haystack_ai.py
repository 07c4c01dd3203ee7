"""Haystack's `haystack-ai`."""

import base64

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN, Receipt
from expected import is_receipt, reports, says, streams, weather
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage, ImageContent
from haystack.tools import create_tool_from_function
from haystack.utils import Secret

TOOL = create_tool_from_function(weather)


def generator(place, **fields):
    key = Secret.from_token(place.key)
    return OpenAIChatGenerator(api_key=key, api_base_url=place.base_url, model=place.model, max_retries=0, **fields)


def replied(generator, content, **fields):
    return generator.run([ChatMessage.from_user(content)], **fields)["replies"][0].text


def chat(place):
    says(replied(generator(place, generation_kwargs={"temperature": 0.2}), QUESTION))


def stream(place):
    pieces = []
    replied(generator(place, streaming_callback=lambda chunk: pieces.append(chunk.content)), QUESTION)
    streams(pieces)


def tools(place):
    agent = Agent(chat_generator=generator(place), tools=[TOOL])
    reports(agent.run([ChatMessage.from_user(ASKED_WEATHER)])["last_message"].text)


def streamed_tools(place):
    agent = Agent(chat_generator=generator(place), tools=[TOOL], streaming_callback=lambda chunk: None)
    reports(agent.run([ChatMessage.from_user(ASKED_WEATHER)])["last_message"].text)


def schema(place):
    text = replied(generator(place, generation_kwargs={"response_format": Receipt}), "The receipt")
    is_receipt(Receipt.model_validate_json(text))


def image(place):
    picture = ImageContent(base64_image=base64.b64encode(SIGN).decode(), mime_type="image/png")
    shown = ChatMessage.from_user(content_parts=["What is it?", picture])
    says(generator(place).run([shown])["replies"][0].text, SEEN)
