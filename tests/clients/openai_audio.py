"""OpenAI's own Python client against a running Mediary: recordings become words, words become sound.

Takes the server's address: python3 tests/clients/openai_audio.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000
Wants the packages in requirements.txt beside it. Starts no server. The targets are those of upstream.py: one that
transcribes and translates, one that speaks and gives WAV whatever it is asked for.
"""

import argparse
import base64
from pathlib import Path

from openai import BadRequestError, OpenAI

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RECORDING = SAMPLES / "chime.wav"
HEARD = "You sent a recording."
# How a file of each form begins; raw samples begin anyhow.
BEGINNINGS = {
    "mp3": (b"\xff\xf3", b"\xff\xfb", b"\xff\xf2", b"\xff\xfa", b"ID3"),
    "opus": (b"OggS",),
    "flac": (b"fLaC",),
    "wav": (b"RIFF",),
    "pcm": (b"",),
}


def transcribes(client):
    """Every form of a transcript, and what is made of it."""
    ask = client.audio.transcriptions.create
    assert ask(model="fake/ear", file=RECORDING).text == HEARD
    assert ask(model="fake/ear", file=RECORDING, response_format="text") == f"{HEARD}\n"
    assert "00:00:00,000 --> " in ask(model="fake/ear", file=RECORDING, response_format="srt")
    assert ask(model="fake/ear", file=RECORDING, response_format="vtt").startswith("WEBVTT\n")
    times = ["word", "segment"]
    verbose = ask(
        model="fake/ear", file=RECORDING, response_format="verbose_json", timestamp_granularities=times, language="en"
    )
    assert verbose.text == HEARD and verbose.segments and verbose.words, verbose
    assert verbose.segments[0].no_speech_prob is not None and verbose.words[0].word == "You", verbose
    named = ask(model="fake/ear", file=("speech.mp3", RECORDING.read_bytes(), "audio/mpeg"))
    assert named.text == HEARD, "a file is what its bytes are"


def streams(client):
    """Words as they are heard."""
    events = list(client.audio.transcriptions.create(model="fake/ear", file=RECORDING, stream=True))
    assert "".join(event.delta for event in events if event.type == "transcript.text.delta") == HEARD, events
    assert events[-1].type == "transcript.text.done" and events[-1].text == HEARD, events


def translates(client):
    """By the target itself, and by way of a transcript and a chat."""
    assert client.audio.translations.create(model="fake/ear", file=RECORDING).text == f"In English: {HEARD}"


def speaks(client):
    """Every form of a sound, whole and as it is made."""
    for form, beginnings in BEGINNINGS.items():
        speech = client.audio.speech.create(
            model="fake/mouth", voice="alloy", input="Good morning.", response_format=form
        )
        assert speech.content.startswith(beginnings), (form, speech.content[:16])
    streaming = client.audio.speech.with_streaming_response
    with streaming.create(model="fake/mouth", voice="nova", input="Good morning.", response_format="wav") as speech:
        assert b"".join(speech.iter_bytes()).startswith(b"RIFF")
    try:
        client.audio.speech.create(model="fake/mouth", voice="nobody", input="Good morning.")
    except BadRequestError as error:
        assert "alto" in error.message, error
    else:
        raise AssertionError("an unknown voice was taken")


def answers_aloud(client):
    """A chat that is answered with a sound by a model that only writes."""
    asked = {
        "model": "auto",
        "messages": [{"role": "user", "content": "Hello"}],
        "modalities": ["text", "audio"],
    }
    answer = client.chat.completions.create(**asked, audio={"voice": "alloy", "format": "wav"})
    audio = answer.choices[0].message.audio
    assert audio.transcript == "You said: Hello" and base64.b64decode(audio.data).startswith(b"RIFF"), audio
    chunks = client.chat.completions.create(**asked, audio={"voice": "alloy", "format": "pcm16"}, stream=True)
    deltas = [chunk.choices[0].delta.to_dict().get("audio", {}) for chunk in chunks if chunk.choices]
    assert "".join(delta.get("transcript", "") for delta in deltas) == "You said: Hello", deltas
    assert sum(len(base64.b64decode(delta.get("data", ""))) for delta in deltas) > 10_000, "there is sound"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the address of Mediary")
    arguments.add_argument("--key", default="none", help="its key, if it wants one")
    arguments.add_argument("--upstream", help="the address of the providers")
    arguments = arguments.parse_args()
    client = OpenAI(api_key=arguments.key, base_url=f"{arguments.server}/v1", max_retries=0)
    for check in transcribes, streams, translates, speaks, answers_aloud:
        check(client)
        print(f"ok: {check.__name__}")


if __name__ == "__main__":
    main()
