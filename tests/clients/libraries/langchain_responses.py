"""LangChain's `langchain-openai` over the Responses API."""

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, Receipt
from expected import is_receipt, reports, says, streams, weather
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

TOOL = tool(weather)


def model(place):
    return ChatOpenAI(
        model=place.model, base_url=place.base_url, api_key=place.key, max_retries=0, use_responses_api=True
    )


def chat(place):
    says(model(place).invoke(QUESTION).text)


def stream(place):
    streams(chunk.text for chunk in model(place).stream(QUESTION))


def tools(place):
    loop(place, lambda bound, messages: bound.invoke(messages))


def streamed_tools(place):
    def gathered(bound, messages):
        chunks = iter(bound.stream(messages))
        return sum(chunks, next(chunks))

    loop(place, gathered)


def loop(place, ask):
    """Calls what the model wants called, then hears its answer."""
    bound = model(place).bind_tools([TOOL])
    messages = [HumanMessage(ASKED_WEATHER)]
    told = ask(bound, messages)
    assert len(told.tool_calls) == 2, told
    messages.append(told)
    messages += [ToolMessage(TOOL.invoke(call["args"]), tool_call_id=call["id"]) for call in told.tool_calls]
    reports(ask(bound, messages).text)


def schema(place):
    for method in "json_schema", "function_calling":
        is_receipt(model(place).with_structured_output(Receipt, method=method).invoke("The receipt"))


def image(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": SIGN_URL}}]
    says(model(place).invoke([HumanMessage(shown)]).text, SEEN)
