"""Cohere's reranking, version 2, as strict as its reference: what it refuses, and how it ranks."""

FIELDS = {"model": str, "query": str, "documents": list, "top_n": int, "max_tokens_per_doc": int, "priority": int}
WANTED = ("model", "query", "documents")
MOST_DOCUMENTS = 1_000


def problem(body, headers):
    """Why Cohere would refuse a request; nothing if it would not."""
    if headers.get("authorization") != "Bearer sk-strict":
        return "no api key supplied"
    for name, value in body.items():
        if name not in FIELDS:
            return f"unknown field: parameter '{name}' is not a valid field"
        if not isinstance(value, FIELDS[name]) or isinstance(value, bool):
            return f"invalid type: parameter '{name}' is of type {type(value).__name__}"
    for name in WANTED:
        if not body.get(name):
            return f"invalid request: {name} must be specified"
    if not all(isinstance(document, str) and document for document in body["documents"]):
        return "invalid request: all documents must be non-empty strings"
    if len(body["documents"]) > MOST_DOCUMENTS:
        return f"invalid request: at most {MOST_DOCUMENTS} documents"
    if not 0 < body.get("top_n", 1):
        return "invalid request: top_n must be greater than 0"
    return None


def answer(body):
    """Documents by the words that they share with the query, best first."""
    wanted = set(body["query"].lower().split())
    shared = [len(wanted & set(document.lower().split())) / len(wanted) for document in body["documents"]]
    order = sorted(range(len(shared)), key=lambda index: -shared[index])[: body.get("top_n", len(shared))]
    results = [{"index": index, "relevance_score": shared[index]} for index in order]
    meta = {"api_version": {"version": "2"}, "billed_units": {"search_units": 1}}
    return {"id": "rank-1", "results": results, "meta": meta}
