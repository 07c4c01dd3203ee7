"""Whether the strict providers still refuse: each of these requests is one that the vendor would not take.

Called by run.py before any library is let in, so that no rule can fall asleep.
"""

import strict_anthropic
import strict_gemini
import strict_mistral
import strict_openai

USER = {"role": "user", "content": "Hello"}
OPEN = {"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}, "required": ["city"]}
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}

OPENAI = ({"authorization": "Bearer sk-strict"}, {"model": "gpt-5-mini", "messages": [USER]})
OPENAI_REFUSES = (
    {"top_k": 4},
    {"temperature": 0.2},
    {"max_tokens": 9},
    {"stop": ["x"]},
    {"stream_options": {"include_usage": True}},
    {"tool_choice": "auto"},
    {"parallel_tool_calls": False},
    {"tools": []},
    {"tools": [{"type": "function", "function": {"name": "a b"}}]},
    {"tools": [{"type": "function", "function": {"name": "f", "strict": True, "parameters": OPEN}}]},
    {"response_format": {"type": "json_object"}},
    {"response_format": {"type": "json_schema", "json_schema": {"name": "f", "strict": True, "schema": OPEN}}},
    {"messages": []},
    {"messages": [{"role": "human", "content": "Hello"}]},
    {"messages": [{"role": "user", "content": None}]},
    {"messages": [{**USER, "cache_control": {}}]},
    {"messages": [USER, {"role": "tool", "tool_call_id": "c", "content": "x"}]},
    {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}, USER]},
    {"messages": [USER, {"role": "assistant", "content": "x", "reasoning_content": "y"}]},
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png;base64,AA=="}]}]},
)
ANTHROPIC = (
    {"x-api-key": "sk-strict", "anthropic-version": "2023-06-01"},
    {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [USER]},
)
ANTHROPIC_REFUSES = (
    {"max_tokens": None},
    {"n": 1},
    {"temperature": 1.5},
    {"temperature": 0.2, "top_p": 0.2},
    {"stop_sequences": ["\n"]},
    {"system": ""},
    {"tools": [{"name": "f", "input_schema": {"anyOf": []}}]},
    {"tools": [{"name": "f", "input_schema": OPEN, "strict": True}]},
    {"output_config": {"effort": "low"}},
    {"output_config": {"format": {"type": "json_schema", "schema": OPEN}}},
    {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}}},
    {"messages": [{"role": "system", "content": "x"}]},
    {"messages": [{"role": "user", "content": ""}]},
    {"messages": [USER, USE, USER]},
    {"messages": [USER, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "name": "y"}]}]},
)

MISTRAL = ({"authorization": "Bearer sk-strict"}, {"model": "mistral-small-latest", "messages": [USER]})
SHORT = {**CALL, "id": "abcdefgh0"}
MISTRAL_REFUSES = (
    {"seed": 1},
    {"max_completion_tokens": 9},
    {"stream_options": {"include_usage": True}},
    {"temperature": 2},
    {"tool_choice": "auto"},
    {"tools": [{"type": "function", "function": {"name": "f"}}]},
    {"messages": []},
    {"messages": [{**USER, "name": "x"}]},
    {"messages": [USER, {"role": "assistant", "content": ""}, USER]},
    {"messages": [USER, {"role": "assistant", "content": "x"}]},
    {"messages": [USER, {"role": "assistant", "content": "", "tool_calls": [CALL]}]},
    {"messages": [USER, {"role": "assistant", "content": "", "tool_calls": [SHORT]}, USER]},
    {"messages": [USER, {"role": "assistant", "content": "x", "reasoning_content": "y"}, USER]},
    {"messages": [{"role": "user", "content": [{"type": "document_url", "document_url": "data:application/pdf;base64,"}]}]},
)
SAYS = {"role": "user", "parts": [{"text": "Hello"}]}
CALLS = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
TOLD = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": "x"}}}]}
GEMINI = ({"x-goog-api-key": "sk-strict"}, {"contents": [SAYS]})
GEMINI_REFUSES = (
    {"model": "x"},
    {"generationConfig": {"max_tokens": 9}},
    {"generationConfig": {"stopSequences": ["a", "b", "c", "d", "e", "f"]}},
    {"generationConfig": {"responseSchema": {"type": "OBJECT"}}},
    {"generationConfig": {"responseMimeType": "application/json", "responseSchema": OPEN | {"additionalProperties": False}}},
    {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}},
    {"tools": [{"functionDeclarations": [{"name": "a b"}]}]},
    {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"$schema": "x"}}]}]},
    {"tools": [{"functionDeclarations": [{"name": "f", "parameters": {}, "parametersJsonSchema": {}}]}]},
    {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}}},
    {"contents": []},
    {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
    {"contents": [SAYS, {"role": "model", "parts": [{"text": "x"}]}]},
    {"contents": [{"role": "user", "parts": [{"text": ""}]}]},
    {"contents": [SAYS, CALLS, TOLD]},
    {"contents": [SAYS, TOLD]},
    {"contents": [{"role": "user", "parts": [{"text": "x", "inlineData": {"mimeType": "image/png", "data": ""}}]}]},
)


def check():
    """Asserts that each is refused, and that a plain request is not."""
    tables = (
        (strict_openai, OPENAI, OPENAI_REFUSES),
        (strict_anthropic, ANTHROPIC, ANTHROPIC_REFUSES),
        (strict_mistral, MISTRAL, MISTRAL_REFUSES),
        (strict_gemini, GEMINI, GEMINI_REFUSES),
    )
    for dialect, (headers, plain), refused in tables:
        assert dialect.problem(plain, headers) is None, dialect.problem(plain, headers)
        assert dialect.problem(plain, {}), f"{dialect.__name__} asks for no key"
        for changed in refused:
            assert dialect.problem({**plain, **changed}, headers), f"{dialect.__name__} takes {changed}"
