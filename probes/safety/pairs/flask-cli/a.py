"""One request."""
from flask import Flask
app = Flask("x")
app.add_url_rule("/", view_func=lambda: "ok")
print(app.test_client().get("/").text)
