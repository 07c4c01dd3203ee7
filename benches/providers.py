"""Does a measurement once per execution provider of ONNX Runtime, where the provider is installed."""

from __future__ import annotations

from collections.abc import Callable

import server
from report import Row
from settings import Settings

ALWAYS_THERE = "cpu"
PROVIDERS = (ALWAYS_THERE, "openvino")


def each(settings: Settings, first: server.Body, measure: Callable[[str, server.Server], list[Row]]) -> list[Row]:
    """The rows of all providers, each with a fresh server that has read `first` and so loaded its engine.

    A provider other than `cpu` that does not come so far becomes one row that says why.
    """
    rows = []
    for provider in PROVIDERS:
        with server.running(settings.executable, provider) as mediary:
            try:
                mediary.await_health()
                mediary.read(first)
            except server.ServerUnavailable as reason:
                if provider == ALWAYS_THERE:
                    raise
                said = str(reason)[:160].replace("|", "/").replace("\n", " ")
                rows.append(Row(f"provider {provider}", f"not installed: {said}"))
            else:
                rows += measure(provider, mediary)
    return rows
