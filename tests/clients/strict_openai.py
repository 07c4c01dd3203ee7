"""What api.openai.com refuses of a chat, and how it answers one; the model is one of the gpt-5 family."""

import base64
import json
import re

from strict_schemas import parts, unclosed

FIELDS = frozenset(
    "messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens "
    "max_tokens metadata modalities n parallel_tool_calls prediction presence_penalty prompt_cache_key "
    "prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier stop store "
    "stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options".split()
)
MESSAGE_FIELDS = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "annotations"},
    "tool": {"role", "content", "tool_call_id", "name"},
}
PARTS = {
    "system": {"text"},
    "developer": {"text"},
    "user": {"text", "image_url", "input_audio", "file"},
    "assistant": {"text", "refusal"},
    "tool": {"text"},
}
# The models that think take none of these.
UNSUPPORTED = ("max_tokens", "stop", "top_p", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs")
NOT_PERMITTED = {"allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
EFFORTS = ("minimal", "low", "medium", "high")


def problem(body, headers):
    """Why the request is refused, or nothing."""
    if headers.get("authorization") != "Bearer sk-strict":
        return "Incorrect API key provided"
    if unknown := body.keys() - FIELDS:
        return f"Unrecognized request argument supplied: {', '.join(sorted(unknown))}"
    for name in UNSUPPORTED:
        if body.get(name) is not None:
            return f"Unsupported parameter: '{name}' is not supported with this model."
    if body.get("temperature", 1) not in (1, None):
        return "Unsupported value: 'temperature' does not support other values with this model."
    if nulls := [name for name, value in body.items() if value is None and name in ("messages", "model", "tools")]:
        return f"Invalid type for '{nulls[0]}': got null instead"
    if "stream_options" in body and not body.get("stream"):
        return "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    if body.get("reasoning_effort") not in (None, *EFFORTS):
        return "Invalid value: 'reasoning_effort'"
    if not body.get("messages"):
        return "Invalid 'messages': empty array."
    return _tools_problem(body) or _format_problem(body) or _messages_problem(body["messages"])


def _tools_problem(body):
    if "tools" not in body:
        named = [name for name in ("tool_choice", "parallel_tool_calls") if name in body]
        return f"Invalid value: '{named[0]}' is only allowed when 'tools' are specified." if named else None
    if not body["tools"]:
        return "Invalid 'tools': empty array."
    for index, tool in enumerate(body["tools"]):
        function = tool.get("function", {})
        if tool.keys() != {"type", "function"} or tool["type"] != "function":
            return f"Unknown parameter in 'tools[{index}]': {sorted(tool)}"
        if unknown := function.keys() - {"name", "description", "parameters", "strict"}:
            return f"Unknown parameter: 'tools[{index}].function.{sorted(unknown)[0]}'."
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", function.get("name", "")):
            return f"Invalid 'tools[{index}].function.name'"
        if function.get("strict") and (what := _strict_problem(function.get("parameters", {}))):
            return f"Invalid schema for function '{function['name']}': {what}"
    choice = body.get("tool_choice", "auto")
    names = [tool["function"]["name"] for tool in body["tools"]]
    if isinstance(choice, str):
        return None if choice in ("auto", "none", "required") else f"Invalid value: 'tool_choice': {choice}"
    return None if choice.get("function", {}).get("name") in names else f"Tool choice {choice} not found in 'tools'"


def _strict_problem(schema):
    if schema.get("type") != "object":
        return "schema must have type 'object'"
    for part in parts(schema):
        if forbidden := part.keys() & NOT_PERMITTED:
            return f"'{sorted(forbidden)[0]}' is not permitted."
        if set(part.get("properties", {})) - set(part.get("required", [])):
            return "'required' is required to be supplied and to be an array including every key in properties."
    return unclosed(schema)


def _format_problem(body):
    form = body.get("response_format")
    if form is None or form["type"] == "text":
        return None
    if form["type"] == "json_object":
        told = "json" in json.dumps(body["messages"]).lower()
        return None if told else "'messages' must contain the word 'json' in some form"
    schema = form.get("json_schema", {})
    if unknown := schema.keys() - {"name", "description", "schema", "strict"}:
        return f"Unknown parameter: 'response_format.json_schema.{sorted(unknown)[0]}'."
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", schema.get("name", "")):
        return "Invalid 'response_format.json_schema.name'"
    what = _strict_problem(schema["schema"]) if schema.get("strict") else None
    return f"Invalid schema for response_format '{schema['name']}': {what}" if what else None


def _messages_problem(messages):
    open_calls = []
    for index, message in enumerate(messages):
        role, place = message.get("role"), f"messages[{index}]"
        if role not in MESSAGE_FIELDS:
            return f"Invalid value: '{role}' at '{place}.role'"
        if unknown := message.keys() - MESSAGE_FIELDS[role]:
            return f"Unknown parameter: '{place}.{sorted(unknown)[0]}'."
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"Invalid parameter: {place} answers no preceding message with 'tool_calls'."
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            return f"'tool_calls' must be followed by tool messages responding to each 'tool_call_id': {open_calls}"
        if what := _content_problem(message, place):
            return what
        for call in message.get("tool_calls") or []:
            if call.keys() != {"id", "type", "function"} or call["function"].keys() != {"name", "arguments"}:
                return f"Unknown parameter in '{place}.tool_calls': {sorted(call)}"
            if not isinstance(call["function"]["arguments"], str):
                return f"Invalid type for '{place}.tool_calls[0].function.arguments': expected a string"
            open_calls.append(call["id"])
    return f"'tool_calls' must be followed by tool messages: {open_calls}" if open_calls else None


def _content_problem(message, place):
    role, content = message["role"], message.get("content")
    if content is None:
        is_said = role == "assistant" and (message.get("tool_calls") or message.get("refusal"))
        return None if is_said else f"Invalid value for 'content' at {place}: expected a string, got null."
    if isinstance(content, str):
        return None
    for part in content:
        if part.get("type") not in PARTS[role]:
            return f"Invalid value: '{part.get('type')}' at '{place}.content' of {role}"
        if part.keys() != {"type", part["type"]}:
            return f"Unknown parameter in '{place}.content': {sorted(part)}"
        if part["type"] == "image_url":
            if not isinstance(part["image_url"], dict) or part["image_url"].keys() - {"url", "detail"}:
                return f"Invalid '{place}.content.image_url': an object with a url and a detail is expected"
            if not re.match(r"https?://|data:image/(png|jpeg|gif|webp);base64,", part["image_url"]["url"]):
                return f"Invalid image data at {place}"
    return None


def refusal(what):
    """The body of a refusal."""
    return {"error": {"message": what, "type": "invalid_request_error", "param": None, "code": None}}


def understood(body):
    """The request in the words of the script."""
    messages = body["messages"]
    choice = body.get("tool_choice", "auto")
    since = max((index for index, message in enumerate(messages) if message["role"] == "user"), default=0)
    tools = [tool["function"] for tool in body.get("tools", [])]
    form = body.get("response_format") or {}
    return {
        "question": _text(messages[since].get("content")),
        "results": [_text(message["content"]) for message in messages[since:] if message["role"] == "tool"],
        "tools": [{"name": tool["name"], "schema": tool.get("parameters", {})} for tool in tools],
        "choice": choice if isinstance(choice, str) else choice["function"]["name"],
        "parallel": body.get("parallel_tool_calls") is not False,
        "schema": form["json_schema"]["schema"] if form.get("type") == "json_schema" else None,
        "images": list(_images(messages)),
        "files": list(_files(messages)),
    }


def _text(content):
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content or [] if part["type"] == "text")


def _images(messages):
    for message in messages:
        for part in message["content"] if isinstance(message.get("content"), list) else []:
            if part["type"] == "image_url":
                head, _, data = part["image_url"]["url"].partition(";base64,")
                yield head.removeprefix("data:"), len(base64.b64decode(data))


def _files(messages):
    for message in messages:
        for part in message["content"] if isinstance(message.get("content"), list) else []:
            if part["type"] == "file":
                head, _, data = part["file"]["file_data"].partition(";base64,")
                yield head.removeprefix("data:"), len(base64.b64decode(data))


def _calls(reply):
    return [
        {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for index, (name, arguments) in enumerate(reply["calls"])
    ]


def whole(body, reply):
    """The whole answer."""
    message = {"role": "assistant", "content": reply["text"], "refusal": None, "annotations": []}
    if reply["calls"]:
        message["tool_calls"] = _calls(reply)
    finish = "tool_calls" if reply["calls"] else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {**_head(body), "object": "chat.completion", "choices": [choice], "usage": USAGE}


def _head(body):
    return {"id": "chatcmpl-strict", "created": 1790000000, "model": body["model"], "service_tier": "default"}


def frames(body, reply):
    """The answer as a stream."""
    deltas = [{"role": "assistant", "content": "" if reply["text"] else None, "refusal": None}]
    for index, call in enumerate(_calls(reply)):
        arguments = call["function"]["arguments"]
        deltas.append({"tool_calls": [{**call, "index": index, "function": {**call["function"], "arguments": ""}}]})
        for piece in arguments[:5], arguments[5:]:
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    deltas += [{"content": piece} for piece in re.findall(r"\s*\S+\s*", reply["text"] or "")]
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None} for delta in deltas]
    finish = "tool_calls" if reply["calls"] else "stop"
    choices.append({"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish})
    chunks = [{"choices": [choice]} for choice in choices]
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks = [{**chunk, "usage": None} for chunk in chunks] + [{"choices": [], "usage": USAGE}]
    for chunk in chunks:
        yield f"data: {json.dumps({**_head(body), 'object': 'chat.completion.chunk', **chunk})}\n\n"
    yield "data: [DONE]\n\n"
