"""What Google's generativelanguage API refuses of a `generateContent`, and how it answers one; the model is Gemini 3.5 Flash.

It forgives no field that it does not know, no call without the signature that it gave, and no turns but the user's and
the model's by turns.
"""

import base64
import json
import re

FIELDS = frozenset(
    "contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent serviceTier".split()
)
GENERATION = frozenset(
    "temperature topP topK candidateCount maxOutputTokens stopSequences seed presencePenalty frequencyPenalty "
    "responseLogprobs logprobs responseMimeType responseSchema responseJsonSchema responseModalities mediaResolution "
    "thinkingConfig speechConfig imageConfig".split()
)
PARTS = {
    "user": {"text", "inlineData", "fileData", "functionResponse"},
    "model": {"text", "functionCall", "inlineData"},
}
MODIFIERS = {"thought", "thoughtSignature", "mediaResolution", "videoMetadata"}
# What this vendor's own form of schemas knows.
SCHEMA = frozenset(
    "type format title description nullable enum items properties required propertyOrdering anyOf minItems maxItems "
    "minLength maxLength minProperties maxProperties minimum maximum pattern default example".split()
)
SIGNATURE = base64.b64encode(b"signed by the strict one").decode()
# What calls of other models' may have in its place.
UNSIGNED = "skip_thought_signature_validator"
USAGE = {"promptTokenCount": 20, "candidatesTokenCount": 7, "totalTokenCount": 27}


def problem(body, headers):
    """Why the request is refused, or nothing."""
    if headers.get("x-goog-api-key") != "sk-strict":
        return "API key not valid. Please pass a valid API key."
    if unknown := body.keys() - FIELDS:
        return f"Unknown name {sorted(unknown)[0]!r}: Cannot find field."
    generation = body.get("generationConfig", {})
    if unknown := generation.keys() - GENERATION:
        return f"Unknown name {sorted(unknown)[0]!r} at 'generation_config': Cannot find field."
    if len(generation.get("stopSequences", [])) > 5:
        return "The number of stop sequences must be at most 5"
    if "thinkingBudget" in generation.get("thinkingConfig", {}) and "thinkingLevel" in generation["thinkingConfig"]:
        return "thinking_budget and thinking_level are not supported together"
    is_bound = {"responseSchema", "responseJsonSchema"} & generation.keys()
    if len(is_bound) == 2 or (is_bound and generation.get("responseMimeType") != "application/json"):
        return "a response schema wants the response mime type application/json, and only one schema"
    if "responseSchema" in generation and (what := _schema_problem(generation["responseSchema"])):
        return f"generation_config.response_schema: {what}"
    return _tools_problem(body) or _contents_problem(body)


def _tools_problem(body):
    names = []
    for index, tool in enumerate(body.get("tools", [])):
        for at, declared in enumerate(tool.get("functionDeclarations", [])):
            place = f"tools[{index}].function_declarations[{at}]"
            known = {"name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema"}
            if unknown := declared.keys() - known - {"behavior"}:
                return f"Unknown name {sorted(unknown)[0]!r} at '{place}': Cannot find field."
            if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}", declared.get("name", "")):
                return f"{place}.name: Invalid function name."
            if {"parameters", "parametersJsonSchema"} <= declared.keys():
                return f"{place}: only one of parameters and parameters_json_schema"
            if what := _schema_problem(declared.get("parameters", {})):
                return f"{place}.parameters: {what}"
            names.append(declared["name"])
    mode = body.get("toolConfig", {}).get("functionCallingConfig", {})
    if unknown := set(mode.get("allowedFunctionNames", [])) - set(names):
        return f"tool_config.function_calling_config: {sorted(unknown)} are not declared"
    if mode.get("allowedFunctionNames") and mode.get("mode") != "ANY":
        return "allowed_function_names is only for the mode ANY"
    return None


def _schema_problem(schema):
    if unknown := schema.keys() - SCHEMA:
        return f"Unknown name {sorted(unknown)[0]!r}: Cannot find field."
    below = [*schema.get("anyOf", []), *schema.get("properties", {}).values()]
    below += [schema["items"]] if "items" in schema else []
    return next((what for one in below if (what := _schema_problem(one))), None)


def _contents_problem(body):
    contents = body.get("contents")
    if not contents or contents[-1]["role"] != "user":
        return "contents: at least one turn is required, and the last has to be the user's"
    called = []
    for index, content in enumerate(contents):
        place, role = f"contents[{index}]", content.get("role")
        if role not in PARTS or content.keys() != {"role", "parts"} or not content["parts"]:
            return f"{place}: a role (user or model) and parts are required"
        answered = [part["functionResponse"]["name"] for part in content["parts"] if "functionResponse" in part]
        if answered != called:
            return f"{place}: the function responses {answered} do not answer the calls {called}"
        called = [part["functionCall"]["name"] for part in content["parts"] if "functionCall" in part]
        is_signed = True
        for part in content["parts"]:
            kinds = part.keys() - MODIFIERS
            if len(kinds) != 1 or not kinds <= PARTS[role]:
                return f"{place}.parts: one kind of data for the role {role} is expected, not {sorted(part)}"
            if "text" in part and part["text"] == "" and not part.get("thoughtSignature"):
                return f"{place}.parts: a text must not be empty"
            if "functionResponse" in part and not isinstance(part["functionResponse"]["response"], dict):
                return f"{place}.parts: a function response is an object"
            if "functionCall" in part and is_signed:
                # The first of calls that were made together has the signature of all.
                is_signed = False
                if part.get("thoughtSignature") not in (SIGNATURE, UNSIGNED):
                    return f"{place}: Function call is missing a thought_signature in functionCall parts."
    return f"contents: the calls {called} have no responses" if called else None


def refusal(what):
    """The body of a refusal."""
    return {"error": {"code": 400, "message": what, "status": "INVALID_ARGUMENT"}}


def understood(body):
    """The request in the words of the script."""
    contents = body["contents"]
    asked = [at for at, content in enumerate(contents) if any("functionResponse" not in part for part in content["parts"])
             and content["role"] == "user"]
    since = [part for content in contents[asked[-1] :] for part in content["parts"]]
    question = [part["text"] for part in contents[asked[-1]]["parts"] if "text" in part]
    mode = body.get("toolConfig", {}).get("functionCallingConfig", {})
    allowed = mode.get("allowedFunctionNames", [])
    declared = [one for tool in body.get("tools", []) for one in tool.get("functionDeclarations", [])]
    generation = body.get("generationConfig", {})
    data = [part["inlineData"] for content in contents for part in content["parts"] if "inlineData" in part]
    sizes = [(one["mimeType"], len(base64.b64decode(one["data"]))) for one in data]
    choice = {"ANY": "required", "NONE": "none"}.get(mode.get("mode"), "auto")
    return {
        "question": " ".join(question),
        "results": [_result(part["functionResponse"]) for part in since if "functionResponse" in part],
        "tools": [{"name": one["name"], "schema": one.get("parametersJsonSchema") or one.get("parameters", {})} for one in declared],
        "choice": allowed[0] if len(allowed) == 1 else choice,
        "parallel": True,
        "schema": generation.get("responseJsonSchema") or generation.get("responseSchema"),
        "images": [one for one in sizes if one[0].startswith("image/")],
        "files": [one for one in sizes if not one[0].startswith("image/")],
    }


def _result(response):
    told = response["response"]
    return " ".join(value if isinstance(value, str) else json.dumps(value) for value in told.values())


def _parts(reply):
    calls = [{"functionCall": {"name": name, "args": arguments}} for name, arguments in reply["calls"]]
    if calls:
        calls[0]["thoughtSignature"] = SIGNATURE
    return calls or [{"text": reply["text"]}]


def _answer(parts, finish):
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}, **finish}
    return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": "gemini-strict", "responseId": "strict"}


def whole(_body, reply):
    """The whole answer."""
    return _answer(_parts(reply), {"finishReason": "STOP"})


def frames(_body, reply):
    """The answer as a stream."""
    pieces = [[{"text": piece}] for piece in re.findall(r"\s*\S+\s*", reply["text"] or "")] or [_parts(reply)]
    for at, parts in enumerate(pieces):
        finish = {"finishReason": "STOP"} if at + 1 == len(pieces) else {}
        yield f"data: {json.dumps(_answer(parts, finish))}\n\n"
