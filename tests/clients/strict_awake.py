"""Whether the strict providers still refuse: each of these requests is one that the vendor would not take.

Called by run.py before any library is let in, so that no rule can fall asleep.
"""

import strict_anthropic
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


def check():
    """Asserts that each is refused, and that a plain request is not."""
    tables = (strict_openai, OPENAI, OPENAI_REFUSES), (strict_anthropic, ANTHROPIC, ANTHROPIC_REFUSES)
    for dialect, (headers, plain), refused in tables:
        assert dialect.problem(plain, headers) is None, dialect.problem(plain, headers)
        assert dialect.problem(plain, {}), f"{dialect.__name__} asks for no key"
        for changed in refused:
            assert dialect.problem({**plain, **changed}, headers), f"{dialect.__name__} takes {changed}"
