"""Mediary with and without client keys, budgets and the request log, before one provider; and its request log as a file.

Starts, stops, kills and asks; measures nothing.
"""

from __future__ import annotations

import json
import os
import random
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import contenders
from contenders import HOST, MODEL, Contender

START_LIMIT_SECONDS = 60.0
HOURS = 24 * 30
"""Rows that are made up are of so many hours."""
TARGETS = [(f"provider-{number % 6}", f"model-{number}") for number in range(30)]
TASKS = ["chat"] * 8 + ["embedding", "transcription"]
STATUSES = [200] * 18 + [429, 503]


class Mediary:
    """A Mediary in a folder of its own, which goes on there after it was killed."""

    def __init__(self, executable: Path, folder: Path, base_url: str, logs: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.executable, self.folder, self.logs = executable, folder, logs
        self.config, self.store = folder / "mediary.toml", folder / "store"
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        log = "[log]\nrequests = true\nrows = 10000000\n" if logs else ""
        self.config.write_text(f"""
[server]
port = {self.port}
log_format = "json"

[[providers]]
id = "bench"
dialect = "openai"
base_url = "{base_url}"
api_keys = ["bench-provider"]
models = [{{ id = "{MODEL}", tasks = ["chat"], accepts = ["text"], context_tokens = 131072, price = {{ input_usd = 1.0, output_usd = 4.0 }} }}]

[store]
dir = "{self.store}"
{log}""")
        self.process: subprocess.Popen[bytes] | None = None
        self.key, self.admin = "", ""

    def make_keys(self) -> None:
        """A client with budgets and limits that are never reached, and an administrator."""
        limits = ["--requests-per-minute", "100000000", "--tokens-per-minute", "1000000000", "--requests-at-once", "1000",
                  "--usd-per-day", "10000", "--usd-per-month", "90000"]
        self.key = self._made(["clients", "create", "bench", *limits])
        self.admin = self._made(["clients", "create", "root", "--admin"])

    def _made(self, words: list[str]) -> str:
        done = subprocess.run([str(self.executable), *words, "--config", str(self.config)], capture_output=True,
                              text=True, env=self._environment(), check=True)
        return done.stdout.split("\n", 1)[0]

    def start(self) -> Contender:
        """Starts it, and waits until it answers."""
        with (self.folder / "log").open("ab") as log:
            command = [str(self.executable), "serve", "--config", str(self.config)]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self._environment())
        end = time.monotonic() + START_LIMIT_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://{HOST}:{self.port}/health", timeout=5).read()
                headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
                return Contender("logged" if self.logs else "plain", self.port, self.process, headers)
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f"it does not start; its log is in {self.folder}")

    def kill(self) -> None:
        """Ends it in the middle of whatever it is at."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Lets it finish."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()

    def ask(self, path: str) -> dict[str, object]:
        """What an administrator is answered."""
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}",
                                         headers={"authorization": f"Bearer {self.admin}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, object] = json.loads(answer.read())
        return found

    def file_bytes(self) -> int:
        """The database with what is written ahead of it."""
        return sum(path.stat().st_size for path in self.store.glob("mediary.db*"))

    def rows(self) -> int:
        """How many rows the log has."""
        with sqlite3.connect(f"file:{self.store / 'mediary.db'}?mode=ro", uri=True) as database:
            count: int = database.execute("SELECT count(*) FROM requests").fetchone()[0]
        return count

    def spent_usd(self) -> float:
        """What the client has used of its budget this month, as the database has it."""
        with sqlite3.connect(f"file:{self.store / 'mediary.db'}?mode=ro", uri=True) as database:
            found = database.execute("SELECT used FROM client_usage WHERE length(period) = 7").fetchall()
        return sum(json.loads(used)["usd_parts"] for (used,) in found) / 1e18

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("MEDIARY_") or name == "MEDIARY_HOME"}
        # Its own place to say that it is there, apart from a user's server.
        return {**kept, "XDG_STATE_HOME": str(self.folder)}


@contextmanager
def provider(folder: Path) -> Iterator[contenders.Upstream]:
    """The provider that answers at once."""
    with contenders._own("direct", ["upstream"], folder) as direct:  # noqa: SLF001, the same provider as everywhere
        upstream = contenders.Upstream(direct)
        upstream.stream(0)
        yield upstream


def fill(database: Path, rows: int) -> None:
    """Makes up rows of a month, and their sums, in a database that was made before and that no server has."""
    chance = random.Random(7)
    now = int(time.time() * 1000)
    step = HOURS * 3_600_000 // rows
    clients = [f"ck_{number:012x}" for number in range(40)]
    with sqlite3.connect(database) as connection:
        columns = ("id, began_at, ended_at, client, endpoint, task, asked, provider, model, status, first_ms, total_ms, "
                   "prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, unpriced, details")
        places = ", ".join("?" * 21)

        def made() -> Iterator[tuple[object, ...]]:
            for number in range(rows):
                ended = now - (rows - number) * step
                provider_name, model = chance.choice(TARGETS)
                yield (f"id-{number}", ended - 900, ended, chance.choice(clients), "/v1/chat/completions",
                       chance.choice(TASKS), "auto", provider_name, model, chance.choice(STATUSES), 300, 900,
                       chance.randint(10, 4_000), 0, chance.randint(1, 900), 0, 0, 0, chance.randint(0, 10**9), 0,
                       '{"attempts":[],"charges":[],"fallbacks":0,"media":[],"treatments":[]}')

        connection.executemany(f"INSERT INTO requests ({columns}) VALUES ({places})", made())
        counted = ("requests, failed, prompt_tokens, cached_tokens, completion_tokens, pages, milliseconds, images, cost, "
                   "unpriced, total_ms")
        sums = ("count(*), sum(status >= 400 AND status <> 499), sum(prompt_tokens), sum(cached_tokens), "
                "sum(completion_tokens), sum(pages), sum(milliseconds), sum(images), sum(cost), sum(unpriced), sum(total_ms)")
        connection.execute(f"""
            INSERT INTO request_sums (quarter, client, provider, model, task, status, {counted})
            SELECT ended_at / 900000, client, provider, model, task, status, {sums}
            FROM requests GROUP BY 1, 2, 3, 4, 5, 6""")
        kinds = {"": "''", "client": "client", "provider": "provider", "model": "provider || '/' || model",
                 "task": "task", "status": "CAST(status AS TEXT)"}
        for kind, name in kinds.items():
            connection.execute(f"""
                INSERT INTO request_totals (kind, quarter, name, {counted})
                SELECT '{kind}', ended_at / 900000, {name}, {sums} FROM requests GROUP BY 2, 3""")
