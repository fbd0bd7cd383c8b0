from _common import HOST, QUESTION

import litellm

answer = litellm.completion(
    model="bedrock/anthropic.claude-3-haiku-20240307-v1:0",
    messages=QUESTION,
    aws_bedrock_runtime_endpoint=HOST,
)
print(answer.choices[0].message.content, answer.usage.total_tokens)
