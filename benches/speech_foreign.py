"""Speech whose language nobody declared: whether Moonshine, which knows English only, answers what is foreign to it, and
turns English away. Called by `part_speech.py`.

Moonshine is asked by name, so that what it refuses is seen as a refusal and not as another engine's answer.
"""

from __future__ import annotations

import server
import speech_recognition
import spoken
from report import Findings, Row
from settings import Settings
from spoken import Utterance

REACH_ANSWERED = 0.02
REACH_TURNED_AWAY = 0.01
LANGUAGE_WORDS = "understands English only"


def turned_away(mediary: server.Server, said: Utterance) -> bool:
    """Whether Moonshine says that this is not English."""
    try:
        speech_recognition.transcribe(mediary, said.path, speech_recognition.MOONSHINE)
    except server.ServerUnavailable as refusal:
        if LANGUAGE_WORDS not in str(refusal):
            raise
        return True
    return False


def foreign(settings: Settings, mediary: server.Server) -> Findings:
    """All utterances, each at three pitches."""
    folder = settings.work_folder / "spoken"
    folder.mkdir(parents=True, exist_ok=True)
    step = settings.count(1, quick=12)
    others = list(spoken.foreign(mediary, folder, 1))[::step]
    english = list(spoken.english(mediary, folder))[::step]
    answered = [said for said in others if not turned_away(mediary, said)]
    refused = [said for said in english if turned_away(mediary, said)]
    rows = [
        Row(f"foreign utterances that Moonshine answers, of {len(others)}", f"{len(answered)}",
            ratio=f"{len(answered) / len(others):.3f}", reach=f"≤ {REACH_ANSWERED:g}",
            met=len(answered) <= REACH_ANSWERED * len(others)),
        Row(f"English utterances turned away, of {len(english)}", f"{len(refused)}",
            ratio=f"{len(refused) / len(english):.3f}", reach=f"≤ {REACH_TURNED_AWAY:g}",
            met=len(refused) <= REACH_TURNED_AWAY * len(english)),
    ]
    names = ", ".join(said.path.stem for said in [*answered, *refused][:12])
    return Findings(rows, f"Told wrongly: {names}.\n" if names else "")
