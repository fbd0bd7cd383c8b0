"""Plain chat: the workload that is recorded."""
from _common import OPENAI

import litellm

print(litellm.completion(**OPENAI).choices[0].message.content)
