"""LangChain's `langchain-openai`. `api`: what its model is made with besides, such as another API of OpenAI's."""

import base64

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, Receipt
from expected import PDF, SOUND_BASE64
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

TOOL = tool(weather)


def model(place, **api):
    return ChatOpenAI(model=place.model, base_url=place.base_url, api_key=place.key, temperature=0.2, max_retries=0, **api)


def chat(place, **api):
    says(model(place, **api).invoke(QUESTION).text)


def stream(place, **api):
    streams(chunk.text for chunk in model(place, **api).stream(QUESTION))


def tools(place, **api):
    loop(place, api, lambda bound, messages: bound.invoke(messages))


def streamed_tools(place, **api):
    def gathered(bound, messages):
        chunks = iter(bound.stream(messages))
        return sum(chunks, next(chunks))

    loop(place, api, gathered)


def loop(place, api, ask):
    """Calls what the model wants called, then hears its answer."""
    bound = model(place, **api).bind_tools([TOOL])
    messages = [HumanMessage(ASKED_WEATHER)]
    told = ask(bound, messages)
    assert len(told.tool_calls) == 2, told
    messages.append(told)
    messages += [ToolMessage(TOOL.invoke(call["args"]), tool_call_id=call["id"]) for call in told.tool_calls]
    reports(ask(bound, messages).text)


def schema(place, **api):
    for method in "json_schema", "function_calling":
        is_receipt(model(place, **api).with_structured_output(Receipt, method=method).invoke("The receipt"))


def image(place, **api):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": SIGN_URL}}]
    says(model(place, **api).invoke([HumanMessage(shown)]).text, SEEN)


def pdf(place, **api):
    data = base64.b64encode(PDF).decode()
    file = {"type": "file", "base64": data, "mime_type": "application/pdf", "filename": "invoice.pdf"}
    read_pdf(model(place, **api).invoke([HumanMessage([{"type": "text", "text": "What is it?"}, file])]).text)


def audio(place, **api):
    sound = {"type": "audio", "base64": SOUND_BASE64, "mime_type": "audio/wav"}
    was_heard(model(place, **api).invoke([HumanMessage([{"type": "text", "text": "What is it?"}, sound])]).text)
