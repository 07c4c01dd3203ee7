"""`instructor`, which binds the `openai` package to schemas in several ways."""

import instructor
from expected import QUESTION, Receipt, is_receipt, says
from openai import OpenAI
from pydantic import BaseModel

MODES = (instructor.Mode.TOOLS, instructor.Mode.TOOLS_STRICT, instructor.Mode.JSON_SCHEMA)


class Reply(BaseModel):
    """What is said."""

    answer: str


def asked(place, question, form, mode=instructor.Mode.TOOLS, **fields):
    client = instructor.from_openai(OpenAI(api_key=place.key, base_url=place.base_url, max_retries=0), mode=mode)
    create = client.chat.completions.create_partial if fields else client.chat.completions.create
    messages = [{"role": "user", "content": question}]
    return create(model=place.model, messages=messages, response_model=form, max_retries=0, **fields)


def chat(place):
    says(asked(place, QUESTION, Reply).answer)


def stream(place):
    says(list(asked(place, QUESTION, Reply, stream=True))[-1].answer)


def schema(place):
    for mode in MODES:
        is_receipt(asked(place, "The receipt", Receipt, mode))
