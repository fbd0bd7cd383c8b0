import _common  # noqa: F401

import litellm

print(litellm.token_counter(model="gpt-4o", text="Does the layer work?"))
print(litellm.token_counter(model="gpt-3.5-turbo", messages=[{"role": "user", "content": "héllo"}]))
print(litellm.encode(model="gpt-4o", text="layer"))
print(litellm.decode(model="gpt-4o", tokens=litellm.encode(model="gpt-4o", text="a layer")))
