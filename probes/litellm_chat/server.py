"""A small OpenAI-compatible server on loopback, for workloads that must not leave the machine.

    python3 server.py PORT_FILE

Listens on a free port, writes its number to PORT_FILE, and answers until it is ended.
"""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = "The layer works."


def completion(model):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": ANSWER},
            }
        ],
        "usage": {"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9},
    }


def chunk(model, delta, finish=None):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def anthropic(model):
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 4},
    }


CONVERSE = {  # Amazon Bedrock's Converse API
    "output": {"message": {"role": "assistant", "content": [{"text": ANSWER}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 5, "outputTokens": 4, "totalTokens": 9},
    "metrics": {"latencyMs": 1},
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        model = body.get("model", "test")
        if self.headers.get("X-Amz-Target", "").startswith("AmazonSQS."):
            self.reply(200, {"QueueUrls": ["http://127.0.0.1/000000000000/layer"]})
        elif self.path.endswith("/messages"):
            self.reply(200, anthropic(model))
        elif self.path.endswith("/converse"):
            self.reply(200, CONVERSE)
        elif model == "limited":
            self.reply(429, {"error": {"message": "slow down", "type": "rate_limit", "code": "429"}})
        elif self.path.endswith("/embeddings"):
            data = [{"object": "embedding", "index": 0, "embedding": [0.0, 0.5, 1.0]}]
            usage = {"prompt_tokens": 2, "total_tokens": 2}
            self.reply(200, {"object": "list", "model": model, "data": data, "usage": usage})
        elif body.get("stream"):
            self.stream(model)
        else:
            self.reply(200, completion(model))

    def reply(self, status, document):
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, model):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        parts = [chunk(model, {"role": "assistant", "content": ANSWER}), chunk(model, {}, "stop")]
        for part in parts:
            self.wfile.write(b"data: " + json.dumps(part).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, *args):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(sys.argv[1] + ".tmp", "w") as f:
        f.write(str(server.server_address[1]))
    os.replace(sys.argv[1] + ".tmp", sys.argv[1])
    server.serve_forever()


main()
