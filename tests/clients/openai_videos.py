"""OpenAI's own Python client makes, follows, lists, remixes and removes videos through a running Mediary.

Takes the server's address: python3 tests/clients/openai_videos.py http://127.0.0.1:8001. Wants the packages in
requirements.txt, and the model `fake/films` of upstream.py behind the server.
"""

import sys
from pathlib import Path

import openai

SIGN = Path(__file__).resolve().parents[2] / "samples" / "sign.png"
MODEL = "fake/films"


def main(server):
    client = openai.OpenAI(api_key="none", base_url=f"{server}/v1", max_retries=0)
    made = client.videos.create(model=MODEL, prompt="a sign", seconds="4", size="1280x720")
    assert made.object == "video" and made.status == "queued" and made.progress == 0, made
    done = client.videos.poll(made.id, poll_interval_ms=200)
    assert (done.status, done.progress, done.seconds, done.size) == ("completed", 100, "4", "1280x720"), done
    content = client.videos.download_content(done.id).read()
    assert content[4:12] == b"ftypisom", content[:16]
    with SIGN.open("rb") as picture:
        started = client.videos.create_and_poll(
            model=MODEL, prompt="from a picture", input_reference=picture, poll_interval_ms=200
        )
    assert started.status == "completed" and started.error is None, started
    remixed = client.videos.remix(done.id, prompt="at night")
    assert remixed.remixed_from_video_id == done.id, remixed
    assert client.videos.poll(remixed.id, poll_interval_ms=200).status == "completed"
    listed = client.videos.list(limit=2)
    assert [video.id for video in listed.data] == [remixed.id, started.id] and listed.has_more, listed
    assert len(list(client.videos.list(limit=2))) >= 3, "pages follow one another"
    assert client.videos.delete(done.id).deleted
    try:
        client.videos.retrieve(done.id)
        raise SystemExit("a removed video is still there")
    except openai.NotFoundError as error:
        assert error.code == "no_such_video", error
    try:
        client.videos.create(model=MODEL, prompt="p", size="huge")
        raise SystemExit("a size that is none was taken")
    except openai.BadRequestError as error:
        assert error.param == "size", error
    print("openai videos: all there")


if __name__ == "__main__":
    main(sys.argv[1])
