"""Mistral's `mistralai`, whose list of models wants a `type` in every entry."""

import json

from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN_URL, WEATHER_TOOL, Receipt
from expected import PDF_URL, SOUND_BASE64
from expected import heard as was_heard
from expected import is_receipt, read_pdf, reports, says, streams, weather
from mistralai.client import Mistral


def client(place):
    return Mistral(api_key=place.key, server_url=place.base_url.removesuffix("/v1"))


def user(content):
    return [{"role": "user", "content": content}]


def chat(place):
    answer = client(place).chat.complete(model=place.model, messages=user(QUESTION), temperature=0.2)
    says(answer.choices[0].message.content)


def stream(place):
    events = client(place).chat.stream(model=place.model, messages=user(QUESTION))
    streams(event.data.choices[0].delta.content for event in events if event.data.choices)


def tools(place):
    messages = user(ASKED_WEATHER)
    told = client(place).chat.complete(model=place.model, messages=messages, tools=[WEATHER_TOOL]).choices[0].message
    messages.append(told)
    for call in told.tool_calls:
        arguments = call.function.arguments
        result = weather(**(json.loads(arguments) if isinstance(arguments, str) else arguments))
        messages.append({"role": "tool", "name": call.function.name, "tool_call_id": call.id, "content": result})
    answer = client(place).chat.complete(model=place.model, messages=messages, tools=[WEATHER_TOOL])
    reports(answer.choices[0].message.content)


def schema(place):
    answer = client(place).chat.parse(Receipt, model=place.model, messages=user("The receipt"))
    is_receipt(answer.choices[0].message.parsed)


def image(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": SIGN_URL}]
    says(client(place).chat.complete(model=place.model, messages=user(shown)).choices[0].message.content, SEEN)


def pdf(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "document_url", "document_url": PDF_URL}]
    read_pdf(client(place).chat.complete(model=place.model, messages=user(shown)).choices[0].message.content)


def audio(place):
    shown = [{"type": "text", "text": "What is it?"}, {"type": "input_audio", "input_audio": SOUND_BASE64}]
    was_heard(client(place).chat.complete(model=place.model, messages=user(shown)).choices[0].message.content)


def models(place):
    assert place.model in {model.id for model in client(place).models.list().data}
