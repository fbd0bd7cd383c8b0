"""The error path: it imports modules that no successful call imports."""
from _common import OPENAI

import litellm

try:
    litellm.completion(**{**OPENAI, "model": "openai/limited"}, max_retries=0)
except litellm.RateLimitError as e:
    print("RateLimitError", e.status_code, e.llm_provider)
