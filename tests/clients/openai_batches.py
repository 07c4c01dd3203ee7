"""OpenAI's and Anthropic's own Python clients make batches on a running Mediary, follow them and read their results.

Takes the server's address: python3 tests/clients/openai_batches.py http://127.0.0.1:8001. Wants the packages in
requirements.txt, and a server with the providers of upstream.py.
"""

import io
import json
import sys
import time

import anthropic
import openai

MODEL = "fake/words"
PATIENCE_SECONDS = 60


def says(words):
    return [{"role": "user", "content": words}]


def ended(look, is_over):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        batch = look()
        if is_over(batch):
            return batch
        time.sleep(0.05)
    raise SystemExit(f"the batch does not end: {batch}")


def of_openai(server):
    client = openai.OpenAI(api_key="none", base_url=f"{server}/v1", max_retries=0)
    words = ["Hello", "there", "again"]
    lines = [
        {"custom_id": word, "method": "POST", "url": "/v1/chat/completions", "body": {"model": MODEL, "messages": says(word)}}
        for word in words
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    file = client.files.create(file=("lines.jsonl", io.BytesIO(text.encode())), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"by": "test"}
    )
    assert (batch.object, batch.metadata, batch.input_file_id) == ("batch", {"by": "test"}, file.id), batch
    over = ("completed", "failed", "expired", "cancelled")
    batch = ended(lambda: client.batches.retrieve(batch.id), lambda batch: batch.status in over)
    counts = batch.request_counts
    assert (batch.status, counts.total, counts.completed, counts.failed) == ("completed", 3, 3, 0), batch
    output = [json.loads(line) for line in client.files.content(batch.output_file_id).text.splitlines()]
    said = {line["custom_id"]: line["response"]["body"]["choices"][0]["message"]["content"] for line in output}
    assert said == {word: f"You said: {word}" for word in words}, said
    assert batch.error_file_id is None, batch
    assert batch.id in [each.id for each in client.batches.list(limit=5)]
    bad = client.files.create(file=("bad.jsonl", io.BytesIO(b"no JSON\n")), purpose="batch")
    batch = client.batches.create(input_file_id=bad.id, endpoint="/v1/embeddings", completion_window="24h")
    batch = ended(lambda: client.batches.retrieve(batch.id), lambda batch: batch.status in over)
    assert batch.status == "failed" and batch.errors.data[0].line == 1, batch
    try:
        client.batches.cancel(batch.id)
        raise SystemExit("a batch that has failed was cancelled")
    except openai.BadRequestError as error:
        assert "is failed already" in error.message, error


def of_anthropic(server):
    client = anthropic.Anthropic(api_key="none", base_url=server, max_retries=0)
    params = {"model": MODEL, "max_tokens": 50}
    batch = client.messages.batches.create(
        requests=[
            {"custom_id": "one", "params": {**params, "messages": says("Hello")}},
            {"custom_id": "none", "params": {**params, "model": "fake/none", "messages": says("Hello")}},
        ]
    )
    assert batch.type == "message_batch" and batch.results_url is None, batch
    look = client.messages.batches.retrieve
    batch = ended(lambda: look(batch.id), lambda batch: batch.processing_status == "ended")
    counts = batch.request_counts
    assert (counts.succeeded, counts.errored, counts.processing) == (1, 1, 0), batch
    results = {line.custom_id: line.result for line in client.messages.batches.results(batch.id)}
    assert results["one"].message.content[0].text == "You said: Hello", results
    assert results["none"].type == "errored" and results["none"].error.error.type == "not_found_error", results
    assert [each.id for each in client.messages.batches.list(limit=1).data] == [batch.id]
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    try:
        look(batch.id)
        raise SystemExit("a removed batch is still there")
    except anthropic.NotFoundError as error:
        assert error.body["error"]["type"] == "not_found_error", error


def main(server):
    of_openai(server)
    of_anthropic(server)
    print("batches: all there")


if __name__ == "__main__":
    main(sys.argv[1])
