import _common  # noqa: F401

import importlib.metadata as metadata

import litellm

print(metadata.version("litellm") == litellm._version.version, metadata.metadata("openai")["Name"])
names = {d.metadata["Name"].lower() for d in metadata.distributions()}
print(sorted(names & {"boto3", "botocore", "httpx", "litellm", "pydantic"}))
scripts = {e.name for e in metadata.entry_points(group="console_scripts")}
print(sorted(scripts & {"httpx", "litellm", "openai"}))
