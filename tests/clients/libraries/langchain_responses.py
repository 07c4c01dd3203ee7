"""LangChain's `langchain-openai` over the Responses API."""

from libraries import langchain_python


def over(feature):
    return lambda place: feature(place, use_responses_api=True)


chat = over(langchain_python.chat)
stream = over(langchain_python.stream)
tools = over(langchain_python.tools)
streamed_tools = over(langchain_python.streamed_tools)
schema = over(langchain_python.schema)
image = over(langchain_python.image)
