"""Simon Willison's `llm`, with a model as its extra-openai-models.yaml would name it."""

import llm
from expected import ASKED_WEATHER, QUESTION, SEEN, SIGN, Receipt
from expected import is_receipt, reports, says, streams, weather
from llm.default_plugins.openai_models import Chat


def model(place):
    chat = Chat(
        "mediary",
        model_name=place.model,
        api_base=place.base_url,
        vision=True,
        supports_schema=True,
        supports_tools=True,
    )
    chat.key = place.key
    return chat


def chat(place):
    says(model(place).prompt(QUESTION, stream=False, temperature=0.2).text())


def stream(place):
    streams(model(place).prompt(QUESTION))


def tools(place):
    reports(model(place).chain(ASKED_WEATHER, tools=[weather], stream=False).text())


def streamed_tools(place):
    reports(model(place).chain(ASKED_WEATHER, tools=[weather]).text())


def schema(place):
    is_receipt(Receipt.model_validate_json(model(place).prompt("The receipt", schema=Receipt).text()))


def image(place):
    picture = llm.Attachment(content=SIGN, type="image/png")
    says(model(place).prompt("What is it?", attachments=[picture]).text(), SEEN)
