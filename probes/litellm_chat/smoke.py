"""One real litellm.completion() against the server that IMPORTTRACE_BASE_URL names."""
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # no download of the price list

import litellm  # noqa: E402

answer = litellm.completion(
    model="openai/test",
    messages=[{"role": "user", "content": "Does the layer work?"}],
    api_base=os.environ["IMPORTTRACE_BASE_URL"],
    api_key="none",
)
text = answer.choices[0].message.content
assert text == "The layer works.", text
print(text)
