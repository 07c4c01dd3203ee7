"""What api.mistral.ai refuses of a chat, and how it answers one; the model is Mistral Small.

It forgives no field that it does not know, no call's id of another form, and no user who speaks before a tool was heard
out by the assistant.
"""

import base64
import json
import re

FIELDS = frozenset(
    "model messages max_tokens temperature top_p stop stream random_seed response_format tools tool_choice "
    "presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode reasoning_effort safe_prompt "
    "metadata prompt_cache_key guardrails".split()
)
MESSAGE_FIELDS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls", "prefix"},
    "tool": {"role", "content", "tool_call_id", "name"},
}
# Which role may follow which; the first is the system's or the user's.
FOLLOWS = {
    None: {"system", "user"},
    "system": {"system", "user"},
    "user": {"user", "assistant"},
    "assistant": {"user", "tool"},
    "tool": {"tool", "assistant"},
}
PARTS = {"text": {"type", "text"}, "image_url": {"type", "image_url"}}
USAGE = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}


def problem(body, headers):
    """Why the request is refused, or nothing."""
    if headers.get("authorization") != "Bearer sk-strict":
        return "Unauthorized"
    if unknown := body.keys() - FIELDS:
        return f"body.{sorted(unknown)[0]}: Extra inputs are not permitted"
    if not 0 <= body.get("temperature", 0) <= 1.5:
        return "temperature: Input should be from 0 to 1.5"
    if body.get("tool_choice") and not body.get("tools"):
        return "tool_choice: there are no tools"
    for index, tool in enumerate(body.get("tools", [])):
        function = tool.get("function", {})
        if tool.keys() != {"type", "function"} or function.keys() - {"name", "description", "strict", "parameters"}:
            return f"tools.{index}: Extra inputs are not permitted: {sorted(tool)}, {sorted(function)}"
        if not isinstance(function.get("parameters"), dict):
            return f"tools.{index}.function.parameters: Field required"
    form = body.get("response_format") or {"type": "text"}
    if form["type"] not in ("text", "json_object", "json_schema"):
        return f"response_format.type: {form['type']}"
    if form["type"] == "json_schema" and form["json_schema"].keys() - {"name", "description", "schema", "strict"}:
        return f"response_format.json_schema: Extra inputs are not permitted: {sorted(form['json_schema'])}"
    return _messages_problem(body.get("messages"))


def _messages_problem(messages):
    if not messages:
        return "messages: at least one message is required"
    before, open_calls = None, []
    for index, message in enumerate(messages):
        place, role = f"messages.{index}", message.get("role")
        if role not in FOLLOWS[before]:
            return f"{place}: Unexpected role '{role}' after role '{before}'"
        if unknown := message.keys() - MESSAGE_FIELDS[role]:
            return f"{place}.{sorted(unknown)[0]}: Extra inputs are not permitted"
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"{place}: there is no call {message.get('tool_call_id')}"
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            return f"{place}: Not the same number of function calls and responses"
        if role == "assistant" and not (message.get("content") or message.get("tool_calls")):
            return f"{place}: Assistant message must have either content or tool_calls, but not none."
        for part in message["content"] if isinstance(message.get("content"), list) else []:
            if part.get("type") not in PARTS or part.keys() != PARTS[part["type"]]:
                return f"{place}.content: no such part for this model: {sorted(part)}"
        for call in message.get("tool_calls") or []:
            if not re.fullmatch("[a-zA-Z0-9]{9}", call["id"]):
                return f"{place}: Tool call id was {call['id']} but must be a-z, A-Z, 0-9, with a length of 9."
            if call.keys() - {"id", "type", "function", "index"} or call["function"].keys() != {"name", "arguments"}:
                return f"{place}.tool_calls: Extra inputs are not permitted: {sorted(call)}"
            open_calls.append(call["id"])
        before = role
    if open_calls:
        return "messages: Not the same number of function calls and responses"
    is_prefix = before == "assistant" and messages[-1].get("prefix") is True
    return None if before in ("user", "tool") or is_prefix else "Expected last role User or Tool"


def refusal(what):
    """The body of a refusal."""
    return {"object": "error", "message": what, "type": "invalid_request_error", "param": None, "code": "3051"}


def understood(body):
    """The request in the words of the script."""
    messages = body["messages"]
    choice = body.get("tool_choice", "auto")
    since = max((index for index, message in enumerate(messages) if message["role"] == "user"), default=0)
    tools = [tool["function"] for tool in body.get("tools", [])]
    form = body.get("response_format") or {}
    return {
        "question": _text(messages[since]["content"]),
        "results": [_text(message["content"]) for message in messages[since:] if message["role"] == "tool"],
        "tools": [{"name": tool["name"], "schema": tool["parameters"]} for tool in tools],
        "choice": {"any": "required"}.get(choice, choice) if isinstance(choice, str) else choice["function"]["name"],
        "parallel": body.get("parallel_tool_calls") is not False,
        "schema": form["json_schema"]["schema"] if form.get("type") == "json_schema" else None,
        "images": list(_images(messages)),
        "files": [],
    }


def _text(content):
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in content or [] if part["type"] == "text")


def _images(messages):
    for message in messages:
        for part in message["content"] if isinstance(message.get("content"), list) else []:
            if part["type"] == "image_url":
                url = part["image_url"] if isinstance(part["image_url"], str) else part["image_url"]["url"]
                head, _, data = url.partition(";base64,")
                yield head.removeprefix("data:"), len(base64.b64decode(data))


def _calls(reply):
    return [
        {"id": f"abcdefgh{index}", "index": index, "function": {"name": name, "arguments": json.dumps(arguments)}}
        for index, (name, arguments) in enumerate(reply["calls"])
    ]


def _head(body):
    return {"id": "strict", "created": 1790000000, "model": body["model"]}


def whole(body, reply):
    """The whole answer."""
    message = {"role": "assistant", "content": reply["text"] or "", "tool_calls": _calls(reply) or None}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply["calls"] else "stop"}
    return {**_head(body), "object": "chat.completion", "choices": [choice], "usage": USAGE}


def frames(body, reply):
    """The answer as a stream: calls come whole, the usage with the end."""
    deltas = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in re.findall(r"\s*\S+\s*", reply["text"] or "")]
    last = {"content": "", "tool_calls": _calls(reply)} if reply["calls"] else {"content": ""}
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": last, "finish_reason": "tool_calls" if reply["calls"] else "stop"})
    for at, choice in enumerate(choices):
        usage = {"usage": USAGE} if at + 1 == len(choices) else {}
        yield f"data: {json.dumps({**_head(body), 'object': 'chat.completion.chunk', 'choices': [choice], **usage})}\n\n"
    yield "data: [DONE]\n\n"
