from _common import HOST, QUESTION

import litellm

answer = litellm.completion(
    model="anthropic/claude-3-haiku-20240307", messages=QUESTION, api_base=HOST, api_key="none"
)
print(answer.choices[0].message.content, answer.usage.total_tokens)
