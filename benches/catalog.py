"""Servers over a thousand models of thirty providers, and over none: their memory, and how long requests take.

For `part_catalog.py`. Calls no provider: the addresses are of a closed port.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

PROVIDERS, MODELS = 30, 1_000
REQUEST = {"model": "auto", "messages": [{"role": "user", "content": "Which of these is the largest: 3, 7 or 5?"}]}


def configuration(models: int) -> str:
    """Providers on a port that nothing listens at, with models of all kinds between them."""
    lines = []
    for provider in range(PROVIDERS if models else 0):
        lines.append(f'[[providers]]\nid = "p{provider}"\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodels = [')
        for model in range(provider, models, PROVIDERS):
            tasks = '["embedding"]' if model % 10 == 9 else '["chat"]'
            accepts = '["text", "image"]' if model % 3 == 0 else '["text"]'
            lines.append(
                f'  {{ id = "family-{model % 40}/model-{model}-instruct", tasks = {tasks}, accepts = {accepts}, '
                f'context_tokens = {8192 * (1 + model % 16)}, tools = {str(model % 2 == 0).lower()}, '
                f'price = {{ input_usd = 0.{1 + model % 9}, output_usd = {1 + model % 5}.0 }}, '
                f'free_limits = {{ rpm = 30, rpd = 1000 }} }},'
            )
        lines.append("]")
    return "\n".join(lines)


@contextmanager
def running(executable: Path, models: int):
    """A server with so many models, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mediary.toml").write_text(configuration(models))
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "MEDIARY_HOME": folder}
        command = [executable, "serve", "--port", "0"]
        log = (Path(folder) / "log").open("w+")
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield process.pid, port_of(process.pid)
        finally:
            process.terminate()
            process.wait()


def port_of(pid: int) -> int:
    """The port that the process listens at, out of the system's tables."""
    for _ in range(200):
        time.sleep(0.05)
        inodes = set()
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(os.readlink(link).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
        for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                return int(fields[1].split(":")[1], 16)
    raise SystemExit("the server does not listen")


def resident_mib(pid: int) -> float:
    time.sleep(1.0)
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("the server is gone")


def times_ms(port: int, method: str, path: str, body: bytes | None, count: int) -> list[float]:
    """Milliseconds of each of many requests over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"} if body else {}
    times = []
    for _ in range(count):
        begin = time.perf_counter()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begin) * 1e3)
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
    return times
