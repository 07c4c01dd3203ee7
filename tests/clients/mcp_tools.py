"""The official Python client of the Model Context Protocol, over each way in and in both eras of the protocol.

python3 mcp_tools.py ADDRESS --program PROGRAM: tools are listed and called, progress is told, and a file is read as a resource. That a
call which is taken back ends at the provider is tried by the tests of the gateway.
"""

import argparse
import base64
from pathlib import Path

import anyio
from mcp.client.client import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SIGN = "Platform 9 closes at 21:45"


def encoded(name):
    return base64.b64encode((SAMPLES / name).read_bytes()).decode()


async def tried(way, server, mode, is_here):
    async with Client(server, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert len(tools) >= 13 and all(tool.output_schema for tool in tools.values()), tools.keys()
        assert ("path" in tools["read_document"].input_schema["properties"]) == is_here
        named = {"path": str(SAMPLES / "sign.png")} if is_here else {"data": encoded("sign.png")}
        read = await client.call_tool("read_document", {**named, "output": "text"})
        notice, _, fenced = read.content[0].text.partition("\n")
        assert not read.is_error and fenced.splitlines()[1:-1] == [SIGN], read
        assert read.structured_content["untrusted"] == notice and SIGN in read.structured_content["text"], read
        assert read.structured_content["format"] == "png", read.structured_content

        told = []

        async def progress(done, total, message):
            told.append((done, total, message))

        pages = await client.call_tool("read_document", {"data": encoded("invoice.pdf")}, progress_callback=progress)
        assert not pages.is_error and told and told[-1][0] == told[-1][1], told

        wrong = await client.call_tool("read_document", {})
        assert wrong.is_error and "file_id" in wrong.content[0].text, wrong
        cut = await client.call_tool("read_document", {**named, "max_chars": 8})
        file = cut.structured_content["file"]
        whole = await client.read_resource(file["uri"])
        assert whole.contents[0].text.strip() == SIGN, whole
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        assert file["uri"] in listed, listed
        asked = await client.call_tool("ask_model", {"prompt": "Hello", "model": "auto"})
        assert not asked.is_error and asked.structured_content["model"], asked
    print(f"mcp (Python), {way}, {mode}: {len(tools)} tools, {len(told)} pages told")


async def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("address")
    arguments.add_argument("--program", required=True)
    arguments = arguments.parse_args()
    for mode in "legacy", "auto":
        await tried("Streamable HTTP", f"{arguments.address}/mcp", mode, False)
        started = StdioServerParameters(command=arguments.program, args=["mcp", "--server", arguments.address])
        await tried("standard input and output", started, mode, True)
    await tried("events of 2024", sse_client(f"{arguments.address}/sse"), "legacy", False)


if __name__ == "__main__":
    anyio.run(main)
