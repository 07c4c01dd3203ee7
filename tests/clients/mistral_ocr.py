"""Mistral's own Python client against a running Mediary: does it understand every answer?

Takes the server's address: python3 tests/clients/mistral_ocr.py http://127.0.0.1:8001
Wants the packages in requirements.txt beside it. Starts no server and fetches nothing but what it serves itself; with
--fetch it also has a document fetched from loopback, which wants a server with MEDIARY_FETCH__ALLOW=127.0.0.1.
"""

import argparse
import base64
import functools
import http.server
import threading
from pathlib import Path

from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, MistralError

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def data_url(name, mime):
    return f"data:{mime};base64,{base64.b64encode((SAMPLES / name).read_bytes()).decode()}"


def document(name, mime="application/pdf"):
    return {"type": "document_url", "document_url": data_url(name, mime), "document_name": name}


def reads(client):
    """Every form of a document, and every option that is honoured."""
    read = functools.partial(client.ocr.process, model="mistral-ocr-latest")

    answer = read(document=document("invoice.pdf"), include_image_base64=True)
    page = answer.pages[0]
    assert "505.38" in page.markdown and answer.model == "text-layer", answer
    assert page.dimensions.width > 0 and page.images == [] and answer.document_annotation is None
    assert {block.type for block in page.blocks} >= {"title", "table", "text"}, page.blocks
    assert answer.usage_info.pages_processed == 1 and answer.usage_info.doc_size_bytes > 0

    image = {"type": "image_url", "image_url": data_url("sign.png", "image/png")}
    answer = read(document=image, confidence_scores_granularity="word")
    scores = answer.pages[0].confidence_scores
    assert "Platform 9" in answer.pages[0].markdown and answer.model.startswith("local/paddleocr"), answer
    assert 0.5 < scores.average_page_confidence_score <= 1 and len(scores.word_confidence_scores) >= 4, scores
    for word in scores.word_confidence_scores:
        assert answer.pages[0].markdown[word.start_index :].startswith(word.text), word
    image["image_url"] = {"url": image["image_url"]}
    answer = read(document=image, confidence_scores_granularity="block", model="local/paddleocr")
    assert answer.pages[0].blocks[0].confidence_scores.average_content_confidence_score > 0.5, answer

    answer = read(document=document("letter.tiff", "image/tiff"), pages=[1])
    assert [page.index for page in answer.pages] == [1], answer
    answer = read(document=document("letter.tiff", "image/tiff"), pages="0-1", model="auto", include_blocks=False)
    assert [page.index for page in answer.pages] == [0, 1] and not answer.pages[0].blocks, answer

    for form in "html", "markdown":
        page = read(document=document("invoice.pdf"), table_format=form, extract_header=True, extract_footer=True).pages[0]
        table = page.tables[0]
        assert table.format_ == form and f"[{table.id}]({table.id})" in page.markdown and "lantern" in table.content, page


def refuses(client):
    """Every kind of refusal is an exception whose text says what to do."""

    def refused(status, words, **fields):
        fields = {"model": "mistral-ocr-latest", "document": document("note.txt", "text/plain")} | fields
        try:
            answer = client.ocr.process(**fields)
        except MistralError as error:
            assert error.status_code == status and words in str(error), error
            assert (status == 422) == isinstance(error, HTTPValidationError), error
            if status == 422:
                assert words in error.data.detail[0].msg, error.data
        else:
            raise AssertionError(f"not refused: {answer}")

    remote = {"type": "document_url", "document_url": "http://169.254.169.254/"}
    refused(400, "[fetch] allow", document=remote)
    refused(400, "cannot be uploaded ahead", document={"type": "file", "file_id": "x"})
    refused(400, "language model", document_annotation_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {}}})
    refused(400, "there is no model", model="gpt-4o")
    refused(404, "local/absent", model="local/absent")
    refused(400, "there is no page", pages=[7])
    damaged = {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0xLjQgbm90aGluZw=="}
    refused(422, "damaged", document=damaged)


def fetches(client):
    """A document on a web server, here one on loopback."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=SAMPLES)
    handler.func.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{site.server_port}/invoice.pdf"
        answer = client.ocr.process(model=None, document={"type": "document_url", "document_url": url})
        assert "505.38" in answer.pages[0].markdown, answer
        site.shutdown()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="where Mediary serves, such as http://127.0.0.1:8001")
    arguments.add_argument("--key", default="none", help="an API key, if the server asks for one")
    arguments.add_argument("--fetch", action="store_true", help="the server may fetch from 127.0.0.1")
    arguments = arguments.parse_args()
    with Mistral(api_key=arguments.key, server_url=arguments.server) as client:
        for check in [reads, refuses] + [fetches] * arguments.fetch:
            check(client)
            print(f"ok: {check.__name__}")


if __name__ == "__main__":
    main()
