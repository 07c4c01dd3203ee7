"""What api.anthropic.com refuses of a message, and how it answers one; the model is Claude Haiku 4.5."""

import base64
import json
import re

from strict_schemas import parts, unclosed

FIELDS = frozenset(
    "model max_tokens messages system metadata stop_sequences stream temperature top_p top_k tools tool_choice "
    "thinking service_tier output_config cache_control container context_management mcp_servers".split()
)
BLOCKS = {
    "user": {"text", "image", "document", "tool_result"},
    "assistant": {"text", "thinking", "redacted_thinking", "tool_use"},
}
BLOCK_FIELDS = {
    "text": {"type", "text", "cache_control", "citations"},
    "image": {"type", "source", "cache_control"},
    "document": {"type", "source", "title", "context", "citations", "cache_control"},
    "tool_result": {"type", "tool_use_id", "content", "is_error", "cache_control"},
    "tool_use": {"type", "id", "name", "input", "cache_control"},
    "thinking": {"type", "thinking", "signature"},
    "redacted_thinking": {"type", "data"},
}
TOOL_FIELDS = frozenset(
    "name description input_schema strict cache_control type eager_input_streaming defer_loading input_examples".split()
)
# In a schema that binds. That `$schema` is taken there is assumed: a client in wide use (Vercel's AI SDK) sends it; the
# vendor's own for Node leaves it out, since it constrains nothing.
KEYWORDS = frozenset(
    "$schema type properties required items anyOf allOf $ref $defs definitions enum const title description default "
    "additionalProperties format minItems".split()
)
MIMES = ("image/png", "image/jpeg", "image/gif", "image/webp")
USAGE = {"input_tokens": 20, "output_tokens": 7}


def problem(body, headers):
    """Why the request is refused, or nothing."""
    if headers.get("x-api-key") != "sk-strict" or headers.get("anthropic-version") != "2023-06-01":
        return "x-api-key and anthropic-version headers are required"
    if unknown := body.keys() - FIELDS:
        return f"{sorted(unknown)[0]}: Extra inputs are not permitted"
    if not isinstance(body.get("max_tokens"), int) or not 1 <= body["max_tokens"] <= 64_000:
        return "max_tokens: Field required, from 1 to 64000"
    if not 0 <= body.get("temperature", 1) <= 1:
        return "temperature: range: 0..1"
    if "temperature" in body and "top_p" in body:
        return "`temperature` and `top_p` cannot both be specified for this model."
    if any(not stop.strip() for stop in body.get("stop_sequences", [])):
        return "stop_sequences: each stop sequence must contain non-whitespace"
    return _tools_problem(body) or _format_problem(body) or _messages_problem(body)


def _tools_problem(body):
    if body.get("tool_choice") and not body.get("tools"):
        return "tool_choice may only be specified while providing tools"
    for index, tool in enumerate(body.get("tools", [])):
        place = f"tools.{index}.custom"
        if unknown := tool.keys() - TOOL_FIELDS:
            return f"{place}.{sorted(unknown)[0]}: Extra inputs are not permitted"
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool["name"]):
            return f"{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        schema = tool["input_schema"]
        if schema.get("type") != "object" or schema.keys() & {"anyOf", "oneOf", "allOf"}:
            return f"{place}.input_schema: type must be object, without oneOf, allOf, or anyOf at the top level"
        if tool.get("strict") and (what := _binding_problem(schema)):
            return f"{place}: {what}"
    choice = body.get("tool_choice", {"type": "auto"})
    names = [tool["name"] for tool in body.get("tools", [])]
    if choice["type"] == "tool" and choice.get("name") not in names:
        return "tool_choice.name: not found among the tools"
    return None


def _binding_problem(schema):
    for part in parts(schema):
        if unknown := part.keys() - KEYWORDS:
            return f"For '{part.get('type')}' type, property '{sorted(unknown)[0]}' is not supported"
        if part.get("minItems", 0) > 1:
            return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    return unclosed(schema)


def _format_problem(body):
    config = body.get("output_config", {})
    if unknown := config.keys() - {"format"}:
        # This model is told tokens, not an effort.
        return f"output_config.{sorted(unknown)[0]}: not supported by this model"
    if "format" not in config:
        return None
    if config["format"].keys() != {"type", "schema"}:
        return f"output_config.format: Extra inputs are not permitted: {sorted(config['format'])}"
    what = _binding_problem(config["format"]["schema"])
    return f"output_config.format.schema: {what}" if what else None


def _messages_problem(body):
    messages = body.get("messages")
    if not messages or messages[0]["role"] != "user":
        return "messages: at least one message is required, the first with the role user"
    open_calls = []
    for index, message in enumerate(messages):
        place, role = f"messages.{index}", message["role"]
        if message.keys() != {"role", "content"} or role not in BLOCKS:
            return f"{place}: Extra inputs are not permitted, or the role {role}"
        blocks = _blocks(message)
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if sorted(results) != sorted(open_calls):
            return f"{place}: `tool_use` ids {open_calls} were answered by `tool_result` blocks for {results}"
        if [block["type"] for block in blocks[: len(results)]] != ["tool_result"] * len(results):
            return f"{place}: `tool_result` blocks must come first"
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        for block in blocks:
            if what := _block_problem(block, role):
                return f"{place}.content: {what}"
    return f"messages: `tool_use` ids without `tool_result`: {open_calls}" if open_calls else _system_problem(body)


def _blocks(message):
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _block_problem(block, role):
    if block["type"] not in BLOCKS[role]:
        return f"a block of type {block['type']} is not for the role {role}"
    if unknown := block.keys() - BLOCK_FIELDS[block["type"]]:
        return f"{block['type']}.{sorted(unknown)[0]}: Extra inputs are not permitted"
    if block["type"] == "text" and not block["text"].strip():
        return "text content blocks must contain non-whitespace text"
    if block["type"] == "image" and block["source"]["type"] == "base64" and block["source"]["media_type"] not in MIMES:
        return f"image.source.media_type: {block['source']['media_type']}"
    if block["type"] == "tool_use" and not isinstance(block["input"], dict):
        return "tool_use.input: Input should be a valid dictionary"
    return None


def _system_problem(body):
    system = body.get("system", [])
    blocks = [{"type": "text", "text": system}] if isinstance(system, str) else system
    if any(block["type"] != "text" or not block["text"].strip() for block in blocks):
        return "system: text content blocks must be non-empty"
    return None


def refusal(what):
    """The body of a refusal."""
    return {"type": "error", "error": {"type": "invalid_request_error", "message": what}}


def understood(body):
    """The request in the words of the script."""
    told = [block for message in body["messages"] for block in _blocks(message)]
    asked = [index for index, message in enumerate(body["messages"]) if message["role"] == "user"]
    asked = [at for at in asked if any(block["type"] != "tool_result" for block in _blocks(body["messages"][at]))]
    question = _blocks(body["messages"][asked[-1]])
    since = [block for message in body["messages"][asked[-1] :] for block in _blocks(message)]
    choice = body.get("tool_choice", {"type": "auto"})
    kind = choice["type"]
    return {
        "question": " ".join(block["text"] for block in question if block["type"] == "text"),
        "results": [_result(block) for block in since if block["type"] == "tool_result"],
        "tools": [{"name": tool["name"], "schema": tool["input_schema"]} for tool in body.get("tools", [])],
        "choice": {"any": "required", "tool": choice.get("name")}.get(kind, kind),
        "parallel": not choice.get("disable_parallel_tool_use"),
        "schema": body.get("output_config", {}).get("format", {}).get("schema"),
        "images": [_image(block) for block in told if block["type"] == "image"],
        "files": [_image(block) for block in told if block["type"] == "document"],
    }


def _result(block):
    content = block.get("content", "")
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def _image(block):
    return block["source"]["media_type"], len(base64.b64decode(block["source"]["data"]))


def _content(reply):
    uses = [
        {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": arguments}
        for index, (name, arguments) in enumerate(reply["calls"])
    ]
    return uses or [{"type": "text", "text": reply["text"]}]


def _message(body, content, stop):
    head = {"id": "msg_strict", "type": "message", "role": "assistant", "model": body["model"], "content": content}
    return {**head, "stop_reason": stop, "stop_sequence": None, "usage": USAGE}


def whole(body, reply):
    """The whole answer."""
    return _message(body, _content(reply), "tool_use" if reply["calls"] else "end_turn")


def frames(body, reply):
    """The answer as a stream."""
    events = [{"type": "message_start", "message": _message(body, [], None)}, {"type": "ping"}]
    for index, block in enumerate(_content(reply)):
        is_text = block["type"] == "text"
        begun = {**block, "text": ""} if is_text else {**block, "input": {}}
        events.append({"type": "content_block_start", "index": index, "content_block": begun})
        arguments = json.dumps(block.get("input"))
        pieces = re.findall(r"\s*\S+\s*", block["text"]) if is_text else ["", arguments[:5], arguments[5:]]
        kind, field = ("text_delta", "text") if is_text else ("input_json_delta", "partial_json")
        for piece in pieces:
            events.append({"type": "content_block_delta", "index": index, "delta": {"type": kind, field: piece}})
        events.append({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": "tool_use" if reply["calls"] else "end_turn", "stop_sequence": None}
    events += [{"type": "message_delta", "delta": stop, "usage": {"output_tokens": 7}}, {"type": "message_stop"}]
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
