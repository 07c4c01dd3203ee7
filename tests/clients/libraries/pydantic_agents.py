"""Pydantic AI's `pydantic-ai-slim[openai]`."""

import asyncio

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN, Receipt
from expected import PDF, SOUND
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather
from pydantic_ai import Agent, BinaryContent, NativeOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def agent(place, **fields):
    provider = OpenAIProvider(base_url=place.base_url, api_key=place.key)
    return Agent(OpenAIChatModel(place.model, provider=provider), **fields)


def chat(place):
    says(agent(place, instructions="Be brief.").run_sync(QUESTION, model_settings={"temperature": 0.2}).output)


def heard(place, question, **fields):
    async def listen():
        async with agent(place, **fields).run_stream(question) as answer:
            return [piece async for piece in answer.stream_text(delta=True, debounce_by=None)]

    return asyncio.run(listen())


def stream(place):
    streams(heard(place, QUESTION))


def tools(place):
    reports(agent(place, tools=[weather]).run_sync(ASKED_WEATHER).output)


def streamed_tools(place):
    reports("".join(heard(place, ASKED_WEATHER, tools=[weather])))


def schema(place):
    for form in ToolOutput, NativeOutput:
        is_receipt(agent(place, output_type=form(Receipt)).run_sync("The receipt").output)


def image(place):
    says(agent(place).run_sync(["What is it?", BinaryContent(SIGN, media_type="image/png")]).output, SEEN)


def pdf(place):
    read_pdf(agent(place).run_sync(["What is it?", BinaryContent(PDF, media_type="application/pdf")]).output)


def audio(place):
    was_heard(agent(place).run_sync(["What is it?", BinaryContent(SOUND, media_type="audio/wav")]).output)
