"""Cohere's own Python client against a running Mediary: does it rank, and does it understand every answer?

Takes the server's address and that of the providers of upstream.py:
python3 tests/clients/cohere_rerank.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Starts no server. Both versions of the client's API are asked; the provider behind forgives nothing (strict_cohere.py).
"""

import argparse
import json
import urllib.request

import cohere
from cohere.core.api_error import ApiError

DOCUMENTS = ["a grey wolf", "the red fox runs", "red paint", "a ship at sea"]
QUERY = "red fox"
MODEL = "rerank-v3.5"
ORDER = [(1, 1.0), (2, 0.5), (0, 0.0), (3, 0.0)]


def seen(upstream):
    """What the provider was asked last."""
    with urllib.request.urlopen(f"{upstream}/seen/{MODEL}") as answer:
        return json.load(answer)


def ranks(client, upstream):
    """The newer API: every document, the best of them, and what the provider is sent for it."""
    answer = client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS)
    assert [(one.index, one.relevance_score) for one in answer.results] == ORDER, answer
    assert isinstance(answer.id, str) and answer.id, answer
    assert answer.meta.billed_units.search_units == 1 and answer.meta.api_version.version == "2", answer
    assert seen(upstream) == {"model": MODEL, "query": QUERY, "documents": DOCUMENTS}
    answer = client.rerank(model=f"cohere-rerank/{MODEL}", query=QUERY, documents=DOCUMENTS, top_n=2)
    assert [one.index for one in answer.results] == [1, 2], answer
    assert seen(upstream)["top_n"] == 2
    answer = client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS, top_n=1, max_tokens_per_doc=512)
    assert [one.index for one in answer.results] == [1] and seen(upstream)["max_tokens_per_doc"] == 512


def ranks_as_before(client):
    """The older API, which may want the documents back and may send them as objects."""
    answer = client.rerank(model=MODEL, query=QUERY, documents=DOCUMENTS, return_documents=True)
    assert [(one.index, one.document.text) for one in answer.results] == [
        (index, DOCUMENTS[index]) for index, _ in ORDER
    ], answer
    objects = [{"text": text} for text in DOCUMENTS]
    answer = client.rerank(model=MODEL, query=QUERY, documents=objects, top_n=1)
    assert [(one.index, one.document) for one in answer.results] == [(1, None)], answer


def refuses(client):
    """A refusal is an exception with the status and a sentence that says what to do."""

    def refused(status, words, **fields):
        try:
            answer = client.rerank(**{"model": MODEL, "query": QUERY, "documents": DOCUMENTS} | fields)
        except ApiError as error:
            assert error.status_code == status and words in str(error.body), error
        else:
            raise AssertionError(f"not refused: {answer}")

    refused(400, "`query` is empty", query=" ")
    refused(400, "`documents` is empty", documents=[])
    refused(400, "documents[1] is empty", documents=["a", ""])
    refused(404, "rerank-v9", model="rerank-v9")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="where Mediary serves, such as http://127.0.0.1:8001")
    arguments.add_argument("--upstream", required=True, help="where its providers serve, those of upstream.py")
    arguments = arguments.parse_args()
    newer = cohere.ClientV2(api_key="none", base_url=arguments.server)
    ranks(newer, arguments.upstream)
    refuses(newer)
    ranks_as_before(cohere.Client(api_key="none", base_url=arguments.server))
    print("ok: cohere: rerank in both versions, refusals")


if __name__ == "__main__":
    main()
