"""LlamaIndex's `llama-index-llms-openai-like`."""

import asyncio

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN, Receipt
from expected import PDF, SOUND
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import AudioBlock, ChatMessage, DocumentBlock, ImageBlock, TextBlock
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

TOOL = FunctionTool.from_defaults(weather)


def model(place):
    return OpenAILike(
        model=place.model,
        api_base=place.base_url,
        api_key=place.key,
        is_chat_model=True,
        is_function_calling_model=True,
        context_window=100_000,
        max_retries=0,
    )


def chat(place):
    says(model(place).chat([ChatMessage(QUESTION)]).message.content)


def stream(place):
    streams(piece.delta for piece in model(place).stream_chat([ChatMessage(QUESTION)]))


def tools(place):
    llm, messages = model(place), [ChatMessage(ASKED_WEATHER)]
    told = llm.chat_with_tools([TOOL], chat_history=messages, allow_parallel_tool_calls=True)
    messages.append(told.message)
    calls = llm.get_tool_calls_from_response(told)
    assert len(calls) == 2, calls
    for call in calls:
        result = TOOL(**call.tool_kwargs).content
        messages.append(ChatMessage(result, role="tool", additional_kwargs={"tool_call_id": call.tool_id}))
    reports(llm.chat_with_tools([TOOL], chat_history=messages).message.content)


def streamed_tools(place):
    async def agent():
        return await FunctionAgent(tools=[TOOL], llm=model(place)).run(ASKED_WEATHER)

    reports(str(asyncio.run(agent())))


def schema(place):
    is_receipt(model(place).as_structured_llm(Receipt).chat([ChatMessage("The receipt")]).raw)


def image(place):
    shown = [TextBlock(text="What is it?"), ImageBlock(image=SIGN, image_mimetype="image/png")]
    says(model(place).chat([ChatMessage(blocks=shown)]).message.content, SEEN)


def pdf(place):
    shown = [TextBlock(text="What is it?"), DocumentBlock(data=PDF, document_mimetype="application/pdf")]
    read_pdf(model(place).chat([ChatMessage(blocks=shown)]).message.content)


def audio(place):
    shown = [TextBlock(text="What is it?"), AudioBlock(audio=SOUND, format="wav")]
    was_heard(model(place).chat([ChatMessage(blocks=shown)]).message.content)
