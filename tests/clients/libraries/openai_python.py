"""The `openai` package, its answers strictly validated."""

import json

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, WEATHER_TOOL, Receipt
from expected import PDF_URL, SOUND_BASE64
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather
from openai import OpenAI


def completions(place):
    client = OpenAI(api_key=place.key, base_url=place.base_url, max_retries=0, _strict_response_validation=True)
    return client.chat.completions


def user(content):
    return [{"role": "user", "content": content}]


def chat(place):
    answer = completions(place).create(model=place.model, messages=user(QUESTION), temperature=0.2, max_tokens=500)
    says(answer.choices[0].message.content)


def stream(place):
    with completions(place).stream(model=place.model, messages=user(QUESTION)) as heard:
        streams(event.delta for event in heard if event.type == "content.delta")


def tools(place):
    messages = user(ASKED_WEATHER)
    told = completions(place).create(model=place.model, messages=messages, tools=[WEATHER_TOOL]).choices[0].message
    reports(answered(place, messages, told))


def streamed_tools(place):
    messages = user(ASKED_WEATHER)
    with completions(place).stream(model=place.model, messages=messages, tools=[WEATHER_TOOL]) as heard:
        told = heard.get_final_completion().choices[0].message
    reports(answered(place, messages, told))


def answered(place, messages, told):
    """The answer after the calls were made."""
    messages = [*messages, told]
    for call in told.tool_calls:
        result = weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    answer = completions(place).create(model=place.model, messages=messages, tools=[WEATHER_TOOL])
    return answer.choices[0].message.content


def schema(place):
    answer = completions(place).parse(model=place.model, messages=user("The receipt"), response_format=Receipt)
    is_receipt(answer.choices[0].message.parsed)


def image(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": SIGN_URL}}]
    says(completions(place).create(model=place.model, messages=user(shown)).choices[0].message.content, SEEN)


def pdf(place):
    shown = [{"type": "text", "text": "What is it?"},
             {"type": "file", "file": {"filename": "invoice.pdf", "file_data": PDF_URL}}]
    read_pdf(completions(place).create(model=place.model, messages=user(shown)).choices[0].message.content)


def audio(place):
    shown = [{"type": "text", "text": "What is it?"},
             {"type": "input_audio", "input_audio": {"data": SOUND_BASE64, "format": "wav"}}]
    was_heard(completions(place).create(model=place.model, messages=user(shown)).choices[0].message.content)
