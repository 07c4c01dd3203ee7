"""Starts and stops the gateways that are compared, and the provider behind them.

Each is told the same: one provider, one model called `small`, a key to ask for where it can ask for one. Nothing is
measured here. All listen on loopback, on ports the system chose.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gateway_packages
from gateway_packages import Unavailable

HOST = "127.0.0.1"
MODEL = "small"
CLIENT_KEY = "sk-bench-client"
START_LIMIT_SECONDS = 90.0
STOP_LIMIT_SECONDS = 20.0
PROBE = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Are you there?"}]}).encode()


@dataclass(frozen=True)
class Contender:
    """Something that answers `/v1/chat/completions`."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{HOST}:{self.port}"


class Upstream:
    """The provider behind all of them, which is also what they are compared with."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.base_url = f"http://{contender.address}/v1"

    def stream(self, tokens: int, gap_us: int = 0) -> None:
        """Sets how long streams are and how far apart their tokens come; counts anew."""
        self._ask("POST", f"/bench/{tokens}/{gap_us}")

    def seen(self) -> dict[str, int]:
        """How many requests came since, and how many bytes the largest had."""
        counted: dict[str, int] = json.loads(self._ask("GET", "/bench"))
        return counted

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(f"http://{self.contender.address}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body


@contextmanager
def all_of_them(executable: Path, folder: Path) -> Iterator[tuple[Upstream, list[Contender], list[str]]]:
    """The provider; what runs, of which the provider, forwarder and Mediary are always part; and what is missing."""
    missing = []
    with ExitStack() as stack:
        upstream = Upstream(stack.enter_context(_own("direct", ["upstream"], folder)))
        running = [upstream.contender]
        running.append(stack.enter_context(_own("forwarder", ["forwarder", upstream.base_url], folder)))
        running.append(stack.enter_context(_mediary(executable, upstream.base_url, folder)))
        for name, start in (("Portkey", _portkey), ("LiteLLM", _litellm)):
            try:
                running.append(stack.enter_context(start(upstream.base_url, folder)))
            except Unavailable as reason:
                missing.append(f"{name} is left out: {reason}")
        yield upstream, running, missing


@contextmanager
def builds(executables: list[Path], folder: Path) -> Iterator[list[Contender]]:
    """Several builds of Mediary before one provider that answers at once."""
    with ExitStack() as stack:
        upstream = Upstream(stack.enter_context(_own("direct", ["upstream"], folder)))
        upstream.stream(0)
        running = []
        for number, executable in enumerate(executables):
            home = folder / str(number)
            home.mkdir()
            running.append(stack.enter_context(_mediary(executable, upstream.base_url, home)))
        yield running


@contextmanager
def _own(name: str, command: list[str], folder: Path) -> Iterator[Contender]:
    """One of the bench's own, which print the port they were given."""
    program = [str(gateway_packages.own(command[0])), *command[1:]]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        try:
            assert process.stdout is not None
            yield Contender(name, int(process.stdout.readline()), process)
        finally:
            _stop(process)


@contextmanager
def _mediary(executable: Path, base_url: str, folder: Path) -> Iterator[Contender]:
    """With all that a gateway is for: key, ledger, metrics, request log."""
    port, config = _free_port(), folder / "mediary.toml"
    config.write_text(f"""
[server]
port = {port}
api_keys = ["{CLIENT_KEY}"]
log_format = "json"

[[providers]]
id = "bench"
dialect = "openai"
base_url = "{base_url}"
api_keys = ["bench-provider"]
models = [{{ id = "{MODEL}", tasks = ["chat"], accepts = ["text", "image"], context_tokens = 131072 }}]

[store]
dir = "{folder / "store"}"
""")
    command = [str(executable), "--config", str(config), "serve"]
    with _served("Mediary", command, port, {"authorization": f"Bearer {CLIENT_KEY}"}, folder) as contender:
        yield contender


@contextmanager
def _portkey(base_url: str, folder: Path) -> Iterator[Contender]:
    version, script = gateway_packages.portkey()
    port = _free_port()
    headers = {"authorization": "Bearer bench-provider", "x-portkey-provider": "openai",
               "x-portkey-custom-host": base_url}
    command = ["node", str(script), f"--port={port}", "--headless"]
    with _served(f"Portkey {version}", command, port, headers, folder, NODE_ENV="production") as contender:
        yield contender


@contextmanager
def _litellm(base_url: str, folder: Path) -> Iterator[Contender]:
    version, program = gateway_packages.litellm()
    port, config = _free_port(), folder / "litellm.json"  # JSON is YAML too
    parameters = {"model": f"openai/{MODEL}", "api_base": base_url, "api_key": "bench-provider"}
    config.write_text(json.dumps({"model_list": [{"model_name": MODEL, "litellm_params": parameters}],
                                  "general_settings": {"master_key": CLIENT_KEY}}))
    command = [str(program), "--config", str(config), "--host", HOST, "--port", str(port)]
    headers = {"authorization": f"Bearer {CLIENT_KEY}"}
    # The list of prices it would fetch at its start is also in its package.
    with _served(f"LiteLLM {version}", command, port, headers, folder,
                 LITELLM_LOCAL_MODEL_COST_MAP="True") as contender:
        yield contender


@contextmanager
def _served(name: str, command: list[str], port: int, headers: dict[str, str], folder: Path,
            **environment: str) -> Iterator[Contender]:
    """A gateway that has answered once. Its log is in a file."""
    log_path = folder / f"{name.split()[0].lower()}.log"
    with log_path.open("wb") as log:
        try:
            process = subprocess.Popen(command, env=_environment(environment), cwd=folder, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
        except OSError as error:
            raise Unavailable(str(error)) from error
        try:
            contender = Contender(name, port, process, headers)
            _await(contender, log_path)
            yield contender
        finally:
            _stop(process)


def _await(contender: Contender, log_path: Path) -> None:
    """Asks until it answers with a 200."""
    url = f"http://{contender.address}/v1/chat/completions"
    headers = {"content-type": "application/json", **contender.headers}
    last, end = "it never listened", time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < end and contender.process.poll() is None:
        try:
            urllib.request.urlopen(urllib.request.Request(url, PROBE, headers), timeout=10).read()
            return
        except urllib.error.HTTPError as error:
            last = f"status {error.code}: {error.read()[:200].decode(errors='replace')}"
        except OSError as error:
            last = str(error)
        time.sleep(0.1)
    raise Unavailable(f"{contender.name} does not answer ({last}); its log is {log_path.name} in the work folder")


def _environment(added: dict[str, str]) -> dict[str, str]:
    """Our own, without settings for another Mediary and without any keys."""
    kept = {name: value for name, value in os.environ.items()
            if name == "MEDIARY_HOME" or not (name.startswith("MEDIARY_") or name.endswith(("_API_KEY", "_TOKEN")))}
    return {**kept, **added}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
