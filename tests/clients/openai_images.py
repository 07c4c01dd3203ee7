"""OpenAI's own Python client makes, changes and varies pictures through a running Mediary, and watches one grow.

Takes the server's address: python3 tests/clients/openai_images.py http://127.0.0.1:8001. Wants the packages in
requirements.txt beside it. Starts no server; the model `fake/paints` of upstream.py is behind it.
"""

import argparse
import base64
import io
import urllib.request
from pathlib import Path

from openai import BadRequestError, OpenAI

SIGN = (Path(__file__).resolve().parents[2] / "samples" / "sign.png").read_bytes()
MODEL = "fake/paints"


def file(name="sign.png"):
    return (name, io.BytesIO(SIGN), "image/png")


def is_the_sign(images, count=1):
    assert [base64.b64decode(image.b64_json) for image in images.data] == [SIGN] * count, images


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the address of a running Mediary")
    arguments.add_argument("--key", default="none", help="its key")
    arguments = arguments.parse_args()
    client = OpenAI(api_key=arguments.key, base_url=f"{arguments.server}/v1", max_retries=0,
                    _strict_response_validation=True)

    made = client.images.generate(model=MODEL, prompt="a sign", n=2, quality="low", output_format="png")
    is_the_sign(made, 2)
    assert made.usage.output_tokens == 200 and made.output_format == "png" and made.created > 1_700_000_000, made

    linked = client.images.generate(model=MODEL, prompt="a sign", response_format="url")
    with urllib.request.urlopen(linked.data[0].url) as answer:
        assert answer.read() == SIGN and answer.headers["content-type"] == "image/png"
    part = urllib.request.Request(linked.data[0].url, headers={"Range": "bytes=1-3"})
    with urllib.request.urlopen(part) as answer:
        assert (answer.status, answer.read()) == (206, b"PNG")

    events = list(client.images.generate(model=MODEL, prompt="a sign", stream=True, partial_images=2))
    kinds = [event.type for event in events]
    assert kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"], kinds
    assert all(base64.b64decode(event.b64_json) == SIGN for event in events)

    is_the_sign(client.images.edit(model=MODEL, image=file(), prompt="the same, at night"))
    is_the_sign(client.images.edit(model=MODEL, image=[file("a.png"), file("b.png")], prompt="both"))
    is_the_sign(client.images.create_variation(model=MODEL, image=file()))
    events = list(client.images.edit(model=MODEL, image=file(), prompt="grow", stream=True, partial_images=1))
    assert events[-1].type == "image_edit.completed", events

    try:
        client.images.generate(model=MODEL, prompt="a sign", n=11)
        raise AssertionError("eleven are too many")
    except BadRequestError as error:
        assert error.param == "n", error
    print("openai images: all there")


if __name__ == "__main__":
    main()
