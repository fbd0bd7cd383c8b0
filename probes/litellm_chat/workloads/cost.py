from _common import OPENAI

import litellm

answer = litellm.completion(**OPENAI)
print(f"{litellm.completion_cost(completion_response=answer, model='gpt-4o'):.8f}")
print(litellm.cost_per_token(model="gpt-4o-mini", prompt_tokens=1000, completion_tokens=10))
