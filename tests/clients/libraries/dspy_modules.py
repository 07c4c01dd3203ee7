"""DSPy, over litellm: signatures in its own form of words, schemas, functions and pictures."""

import asyncio

import dspy
from expected import ASKED_WEATHER, QUESTION, SIGN, SIGN_URL, Receipt
from expected import is_receipt, reports, says, weather


class Model(dspy.LM):
    """A model that DSPy knows nothing of: that it takes functions and schemas must be said."""

    supports_function_calling = True
    supports_response_schema = True
    supported_params = frozenset({"response_format", "tools", "tool_choice"})


def inside(place, adapter=None, **fields):
    """The settings in which a module runs."""
    there = {"api_base": place.base_url, "api_key": place.key}
    lm = Model(f"openai/{place.model}", **there, cache=False, num_retries=0, **fields)
    return dspy.context(lm=lm, adapter=adapter or dspy.ChatAdapter(use_native_function_calling=True))


def chat(place):
    with inside(place):
        says(dspy.Predict("question -> answer")(question=QUESTION).answer)


def stream(place):
    async def heard():
        listener = dspy.streaming.StreamListener(signature_field_name="answer")
        program = dspy.streamify(dspy.Predict("question -> answer"), stream_listeners=[listener])
        return [piece async for piece in program(question=QUESTION)]

    with inside(place):
        *pieces, prediction = asyncio.run(heard())
    assert pieces, "nothing was streamed"
    says(prediction.answer)


class Call(dspy.Signature):
    """Calls what it needs."""

    question: str = dspy.InputField()
    tools: list[dspy.Tool] = dspy.InputField()
    outputs: dspy.ToolCalls = dspy.OutputField()


def tools(place):
    tool = dspy.Tool(weather)
    with inside(place):
        calls = dspy.Predict(Call)(question=ASKED_WEATHER, tools=[tool]).outputs.tool_calls
        results = "; ".join(tool(**call.args) for call in calls)
        reports(dspy.Predict("question -> answer")(question=results).answer)


class Read(dspy.Signature):
    """Reads a receipt."""

    question: str = dspy.InputField()
    receipt: Receipt = dspy.OutputField()


def schema(place):
    with inside(place, dspy.JSONAdapter()):
        is_receipt(dspy.Predict(Read)(question="The receipt").receipt)


def image(place):
    picture = dspy.Image(SIGN_URL)
    with inside(place):
        answer = dspy.Predict("picture: dspy.Image -> answer")(picture=picture).answer
    assert str(len(SIGN)) in answer, answer
