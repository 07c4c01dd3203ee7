"""OpenAI's `openai-agents`, over chat completions."""

import asyncio

from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, Runner, function_tool, set_tracing_disabled
from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, Receipt
from expected import is_receipt, reports, says, streams, weather
from openai import AsyncOpenAI

set_tracing_disabled(disabled=True)
# One for all: connections of one loop cannot be closed in another.
LOOP = asyncio.new_event_loop()


def agent(place, **fields):
    client = AsyncOpenAI(base_url=place.base_url, api_key=place.key, max_retries=0)
    model = OpenAIChatCompletionsModel(model=place.model, openai_client=client)
    return Agent(name="Porter", instructions="Be brief.", model=model, **fields)


def run(agent, question):
    return LOOP.run_until_complete(Runner.run(agent, question)).final_output


def heard(agent, question):
    async def listen():
        answer = Runner.run_streamed(agent, question)
        events = [event.data async for event in answer.stream_events() if event.type == "raw_response_event"]
        return [event.delta for event in events if event.type == "response.output_text.delta"]

    return LOOP.run_until_complete(listen())


def chat(place):
    says(run(agent(place, model_settings=ModelSettings(temperature=0.2)), QUESTION))


def stream(place):
    streams(heard(agent(place), QUESTION))


def tools(place):
    reports(run(agent(place, tools=[function_tool(weather)]), ASKED_WEATHER))


def streamed_tools(place):
    reports("".join(heard(agent(place, tools=[function_tool(weather)]), ASKED_WEATHER)))


def schema(place):
    is_receipt(run(agent(place, output_type=Receipt), "The receipt"))


def image(place):
    shown = [{"type": "input_text", "text": "What is it?"}, {"type": "input_image", "image_url": SIGN_URL}]
    says(run(agent(place), [{"role": "user", "content": shown}]), SEEN)
