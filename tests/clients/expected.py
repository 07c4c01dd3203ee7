"""What the strict upstreams say to each feature's request, and how a library is told where to ask."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

SIGN = (Path(__file__).resolve().parents[2] / "samples" / "sign.png").read_bytes()
SIGN_URL = f"data:image/png;base64,{base64.b64encode(SIGN).decode()}"
SEEN = f"I saw image/png of {len(SIGN)} bytes"
PDF = (Path(__file__).resolve().parents[2] / "samples" / "invoice.pdf").read_bytes()
PDF_URL = f"data:application/pdf;base64,{base64.b64encode(PDF).decode()}"
SOUND = (Path(__file__).resolve().parents[2] / "samples" / "chime.wav").read_bytes()
SOUND_BASE64 = base64.b64encode(SOUND).decode()
QUESTION = "Say the word lantern, slowly"
SAID = f"You said: {QUESTION}"
ASKED_WEATHER = "Is it warmer in Paris or in Oslo?"
REPORTS = ("Paris: mild, 18 degrees", "Oslo: cold, 3 degrees")


@dataclass(frozen=True)
class Place:
    """Where a library is to ask, and for which model."""

    base_url: str
    model: str
    key: str = "none"


class Receipt(BaseModel):
    """A receipt."""

    shop: Annotated[str, Field(min_length=1, max_length=80, description="Where it was bought")]
    total: Annotated[float, Field(ge=0, le=10_000)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]


RECEIPT = Receipt(shop="Marlow's", total=4.75, currency="GBP")


def weather(city: str) -> str:
    """The weather in a city, now.

    Args:
        city: the city's name
    """
    return next(report for report in REPORTS if report.startswith(city))


WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city, now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def says(text, expected=SAID):
    """Whether a text is what was to be said."""
    assert text == expected, f"{text!r} instead of {expected!r}"


def streams(pieces):
    """Whether a text came in pieces and is whole."""
    pieces = [piece for piece in pieces if piece]
    assert len(pieces) > 1, f"not in pieces: {pieces}"
    says("".join(pieces))


def reports(text, cities=2):
    """Whether the results of both calls came back to the model."""
    assert all(report in text for report in REPORTS[:cities]), f"{text!r} lacks one of {REPORTS[:cities]}"


def is_receipt(receipt):
    """Whether the schema came back filled."""
    assert receipt.model_dump() == RECEIPT.model_dump(), f"{receipt!r} instead of {RECEIPT!r}"


def is_given(text, mime, size, ending):
    """Whether a file reached the model as it is, as pictures of its pages, or as the text that was made of it."""
    was_given = text == f"I was given {mime} of {size} bytes" or (ending == "pdf" and text.startswith("I saw image/"))
    was_read = text.startswith("You said: ") and f"attached file ({ending})" in text
    assert was_given or was_read, f"{text!r}: the model was given neither the {ending} nor its text"


def read_pdf(text):
    is_given(text, "application/pdf", len(PDF), "pdf")


def heard(text):
    is_given(text, "audio/wav", len(SOUND), "wav")
