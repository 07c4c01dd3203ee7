"""Speech: what is heard and said in this process, against the programs that people use for it.

Each section is a module of its own and can be asked for by name (`--kinds whisper,piper`).
"""

from __future__ import annotations

from collections.abc import Callable

import server
import speech_foreign
import speech_forwarded
import speech_long
import speech_recognition
import speech_synthesis
from report import Findings
from settings import Settings

TITLE = "Speech"
Section = Callable[[Settings, server.Server], Findings]
SECTIONS: dict[str, Section] = {
    "moonshine": speech_recognition.moonshine,
    "whisper": speech_recognition.whisper,
    "foreign": speech_foreign.foreign,
    "hour": speech_long.hour,
    "piper": speech_synthesis.piper,
    "espeak": speech_synthesis.espeak,
    "forwarded": speech_forwarded.forwarded,
}


def measure(settings: Settings) -> Findings:
    """All sections, or those that are asked for, each with a fresh server."""
    found = []
    for name, section in SECTIONS.items():
        if not settings.kinds or name in settings.kinds:
            with server.running(settings.executable) as mediary:
                mediary.await_health()
                found.append(section(settings, mediary))
    return Findings([row for one in found for row in one.rows], "\n".join(one.tables for one in found if one.tables))
