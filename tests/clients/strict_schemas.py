"""Schemas of strict upstreams: what is wrong with one that binds, and a value that satisfies it."""

KNOWN = {"city": "Paris", "shop": "Marlow's", "total": 4.75, "currency": "GBP"}
SAMPLES = {"string": "word", "number": 4.75, "integer": 4, "boolean": True, "array": [], "null": None}
HOLD_MANY = ("anyOf", "allOf", "oneOf", "prefixItems")
HOLD_NAMED = ("properties", "$defs", "definitions")


def parts(schema):
    """The schema and every schema within it."""
    yield schema
    for name in HOLD_MANY:
        for one in schema.get(name, []):
            yield from parts(one)
    for name in HOLD_NAMED:
        for one in schema.get(name, {}).values():
            yield from parts(one)
    if isinstance(schema.get("items"), dict):
        yield from parts(schema["items"])


def unclosed(schema):
    """What an object that has to be closed lacks, if any."""
    for part in parts(schema):
        if part.get("type") == "object" or "properties" in part:
            if part.get("additionalProperties") is not False:
                return "'additionalProperties' is required to be supplied and to be false"
    return None


def filled(schema, words, root=None):
    """A value that satisfies the schema. `words` stands where the schema only wants an answer."""
    root = root or schema
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return filled(target, words, root)
    for name in HOLD_MANY[:3]:
        for one in schema.get(name, []):
            if one.get("type") != "null":
                return filled(one, words, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
    if kind != "object":
        return SAMPLES[kind]
    values = {}
    for name, one in schema.get("properties", {}).items():
        answers = name in ("answer", "response", "result") and one.get("type", "string") in ("string", "any")
        values[name] = words if answers else KNOWN[name] if name in KNOWN else filled(one, words, root)
    return values
