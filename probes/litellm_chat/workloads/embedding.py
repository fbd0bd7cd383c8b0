from _common import BASE

import litellm

answer = litellm.embedding(model="openai/test", input=["layer"], api_base=BASE, api_key="none")
print(answer.data[0]["embedding"])
