from _common import OPENAI

import litellm

print("".join(c.choices[0].delta.content or "" for c in litellm.completion(stream=True, **OPENAI)))
