"""`litellm`, asked for a model behind an OpenAI-compatible address."""

import json

import litellm
from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, WEATHER_TOOL, Receipt
from expected import PDF_URL, SOUND_BASE64
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather

litellm.telemetry = False
litellm.suppress_debug_info = True


def asked(place, content, messages=(), **fields):
    messages = [{"role": "user", "content": content}, *messages]
    place_fields = {"api_base": place.base_url, "api_key": place.key, "num_retries": 0}
    return litellm.completion(model=f"openai/{place.model}", messages=messages, **place_fields, **fields)


def chat(place):
    says(asked(place, QUESTION, temperature=0.2, max_tokens=500, drop_params=True).choices[0].message.content)


def stream(place):
    streams(chunk.choices[0].delta.content for chunk in asked(place, QUESTION, stream=True))


def tools(place):
    told = asked(place, ASKED_WEATHER, tools=[WEATHER_TOOL]).choices[0].message
    reports(after(place, told))


def streamed_tools(place):
    chunks = list(asked(place, ASKED_WEATHER, tools=[WEATHER_TOOL], stream=True))
    reports(after(place, litellm.stream_chunk_builder(chunks).choices[0].message))


def after(place, told):
    """The answer after the calls were made."""
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": weather(**json.loads(call.function.arguments))}
        for call in told.tool_calls
    ]
    answer = asked(place, ASKED_WEATHER, [told.model_dump(exclude_none=True), *results], tools=[WEATHER_TOOL])
    return answer.choices[0].message.content


def schema(place):
    answer = asked(place, "The receipt", response_format=Receipt)
    is_receipt(Receipt.model_validate_json(answer.choices[0].message.content))


def image(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": SIGN_URL}}]
    says(asked(place, shown).choices[0].message.content, SEEN)


def pdf(place):
    file = {"type": "file", "file": {"filename": "invoice.pdf", "file_data": PDF_URL}}
    read_pdf(asked(place, [{"type": "text", "text": "What is it?"}, file]).choices[0].message.content)


def audio(place):
    sound = {"type": "input_audio", "input_audio": {"data": SOUND_BASE64, "format": "wav"}}
    was_heard(asked(place, [{"type": "text", "text": "What is it?"}, sound]).choices[0].message.content)
