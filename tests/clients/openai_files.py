"""OpenAI's and Anthropic's own Python clients keep files in a running Mediary, and name them in requests.

Takes the server's address: python3 tests/clients/openai_files.py http://127.0.0.1:8001. Wants the packages in
requirements.txt. Nothing is asked of a provider: a scan is read on this machine.
"""

import json
import sys
import urllib.request
from pathlib import Path

import anthropic
import openai

SIGN = Path(__file__).resolve().parents[2] / "samples" / "sign.png"


def main(server):
    client = openai.OpenAI(api_key="none", base_url=f"{server}/v1", max_retries=0)
    with SIGN.open("rb") as picture:
        file = client.files.create(
            file=picture, purpose="vision", expires_after={"anchor": "created_at", "seconds": 3600}
        )
    assert (file.object, file.filename, file.status) == ("file", "sign.png", "processed"), file
    assert (file.bytes, file.purpose) == (SIGN.stat().st_size, "vision"), file
    assert file.expires_at == file.created_at + 3600, file
    assert client.files.retrieve(file.id) == file
    assert client.files.wait_for_processing(file.id) == file
    assert client.files.content(file.id).read() == SIGN.read_bytes()
    long = client.uploads.upload_file_chunked(file=SIGN, mime_type="image/png", purpose="vision", part_size=4096)
    assert long.status == "completed" and long.file.bytes == SIGN.stat().st_size, long
    assert client.files.content(long.file.id).read() == SIGN.read_bytes()
    listed = list(client.files.list(limit=1, purpose="vision"))
    assert [each.id for each in listed[:2]] == [long.file.id, file.id], listed
    body = json.dumps({"model": "mistral-ocr-latest", "document": {"type": "file", "file_id": file.id}}).encode()
    request = urllib.request.Request(f"{server}/v1/ocr", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert "21:45" in json.load(answer)["pages"][0]["markdown"]
    assert client.files.delete(file.id).deleted
    try:
        client.files.retrieve(file.id)
        raise SystemExit("a removed file is still there")
    except openai.NotFoundError as error:
        assert error.code == "file_not_found", error
    theirs = anthropic.Anthropic(api_key="none", base_url=server, max_retries=0)
    with SIGN.open("rb") as picture:
        file = theirs.beta.files.upload(file=("sign.png", picture, "image/png"))
    assert (file.type, file.mime_type, file.size_bytes) == ("file", "image/png", SIGN.stat().st_size), file
    assert theirs.beta.files.retrieve_metadata(file.id).id == file.id
    assert theirs.beta.files.download(file.id).read() == SIGN.read_bytes()
    assert [each.id for each in theirs.beta.files.list(limit=1).data] == [file.id]
    assert theirs.beta.files.delete(file.id).type == "file_deleted"
    print("files: all there")


if __name__ == "__main__":
    main(sys.argv[1])
