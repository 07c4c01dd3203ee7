"""Starts Mediary on a free port of loopback and lets client libraries talk to it: python3 tests/clients/run.py PROGRAM.

Run by `make test-clients`, in an environment with the packages of requirements.txt: the vendors' own clients before the
providers of upstream.py, then the libraries of libraries/ before the strict ones of strict.py. `--older PYTHON` is an
environment with the packages of requirements-older.txt, for the libraries that want older ones; `--node FOLDER` holds
node/libraries.mjs and its packages. The server knows no other providers, whatever keys the environment holds; that a
library asks for any other host is noted, and a failure. Stops what it has started.
"""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import strict_awake
from strict import TARGETS, StrictUpstream
from upstream import Upstream

HERE = Path(__file__).resolve().parent
PATIENCE_SECONDS = 60
LIBRARIES = sorted(path.stem for path in (HERE / "libraries").glob("[a-z]*.py"))
# Those that do not go together with the newest `openai`.
OLDER = ("dspy_modules", "instructors", "litellm_sdk", "llama_index")
# So that no library tells of its use or fetches a list; and where the samples are.
SILENT = {
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "MEDIARY_SAMPLES": str(HERE.parents[1] / "samples"),
    "PYTHONWARNINGS": "ignore",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(address, server):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("mediary did not start")


def without_providers(environment):
    """The environment without what would set up a provider that is somewhere else."""
    named = ("_API_KEY", "OLLAMA_HOST", "OLLAMA_API_BASE")
    return {name: value for name, value in environment.items() if not name.endswith(named)}


@contextlib.contextmanager
def serving(program, configuration):
    """Mediary with this configuration, started and stopped again; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mediary.toml"
        config.write_text(configuration, encoding="utf-8")
        settings = {"MEDIARY_SERVER__PORT": str(port), "MEDIARY_FETCH__ALLOW": "127.0.0.1"}
        settings["MEDIARY_CACHE__DIR"] = str(Path(folder) / "cache")
        settings["MEDIARY_CONTENT__DIR"] = str(Path(folder) / "content")
        settings["MEDIARY_STORE__DIR"] = str(Path(folder) / "store")
        settings["MEDIARY_JOBS__POLL_SECONDS"] = "1"
        # What these providers have is known; that the server looks at their lists is no client's doing.
        settings["MEDIARY_REGISTRY__REFRESH_HOURS"] = "0"
        server = subprocess.Popen(
            [program, "--config", config, "serve"],
            env={**without_providers(os.environ), **settings},
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(address, server)
            yield address
        finally:
            server.terminate()
            server.wait()


def quiet_environment(upstream, folder):
    """The environment of a library: nothing is told to anybody, and every other host is the strict providers."""
    proxies = {name: upstream.address for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    own = {name: "127.0.0.1,localhost" for name in ("NO_PROXY", "no_proxy")}
    folders = {name: folder for name in ("HOME", "XDG_CACHE_HOME", "LLM_USER_PATH", "DSPY_CACHEDIR")}
    return {**without_providers(os.environ), **SILENT, **proxies, **own, **folders}


def official(program, node):
    """The vendors' own clients."""
    with Upstream() as upstream, serving(program, upstream.configuration()) as address:
        scripts = (
            ["mistral_ocr.py", "--fetch"],
            ["openai_chat.py", "--upstream", upstream.address],
            ["openai_audio.py", "--upstream", upstream.address],
            ["openai_realtime.py", "--upstream", upstream.address],
            ["openai_responses.py", "--upstream", upstream.address],
            ["ollama_api.py"],
            ["anthropic_api.py"],
            ["gemini_api.py", "--upstream", upstream.address],
            ["cohere_rerank.py", "--upstream", upstream.address],
        )
        for script, *options in scripts:
            subprocess.run([sys.executable, HERE / script, address, *options], check=True)
        subprocess.run([sys.executable, HERE / "openai_images.py", address], check=True)
        subprocess.run([sys.executable, HERE / "openai_videos.py", address], check=True)
        subprocess.run([sys.executable, HERE / "openai_files.py", address], check=True)
        subprocess.run([sys.executable, HERE / "openai_batches.py", address], check=True)
        subprocess.run([sys.executable, HERE / "mcp_tools.py", address, "--program", program], check=True)
        if node is not None:
            environment = {**without_providers(os.environ), **SILENT}
            agents = [sys.executable, HERE / "coding_agents.py", address, "--upstream", upstream.address, "--node", node]
            subprocess.run(agents, check=True)
            for script in "audio.mjs", "images.mjs", "videos.mjs", "realtime.mjs", "vendors.mjs":
                subprocess.run(["node", node / script, address], env=environment, check=True)
            subprocess.run(["node", node / "mcp.mjs", address, program], env=environment, check=True)


def others(arguments):
    """All the other libraries; what failed."""
    strict_awake.check()
    names = arguments.only or LIBRARIES
    with StrictUpstream() as upstream, serving(arguments.program, upstream.configuration()) as address:
        at = [address, "--upstream", upstream.address]
        commands = []
        for python, group in (sys.executable, set(names) - set(OLDER)), (arguments.older, set(names) & set(OLDER)):
            if python and group:
                commands.append([python, HERE / "each_library.py", *at, *sorted(group)])
        if arguments.node is not None and not arguments.only:
            commands.append(["node", arguments.node / "libraries.mjs", *at, *TARGETS])
        with tempfile.TemporaryDirectory() as folder:
            environment = quiet_environment(upstream, folder)
            failed = [command[1].name for command in commands if subprocess.run(command, env=environment).returncode]
        if upstream.strangers:
            failed.append(f"somebody asked elsewhere: {sorted(set(upstream.strangers))}")
        return failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("program", help="the mediary to test")
    arguments.add_argument("--older", help="a Python with the packages of requirements-older.txt")
    arguments.add_argument("--node", type=Path, help="a folder with libraries.mjs and its packages")
    arguments.add_argument("--only", nargs="+", choices=LIBRARIES, help="these libraries for Python and nothing else")
    arguments = arguments.parse_args()
    if not arguments.only:
        official(arguments.program, arguments.node)
    if failed := others(arguments):
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
