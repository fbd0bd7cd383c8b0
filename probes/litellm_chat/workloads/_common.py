"""What the workloads share: no download of the price list, the server of server.py, one question."""
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")

BASE = os.environ["IMPORTTRACE_BASE_URL"]  # http://127.0.0.1:PORT/v1
HOST = BASE.rsplit("/", 1)[0]
QUESTION = [{"role": "user", "content": "Does the layer work?"}]
OPENAI = {"model": "openai/test", "messages": QUESTION, "api_base": BASE, "api_key": "none"}
