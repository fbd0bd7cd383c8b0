"""An error page, a session, the command line, the debugger's page."""
from flask import Flask, session
from werkzeug.debug import DebuggedApplication
app = Flask("x")
app.secret_key = "k"
@app.route("/")
def index():
    session["a"] = 1
    return {"a": session["a"]}
@app.route("/bad")
def bad():
    raise RuntimeError("boom")
print(app.test_client().get("/").json, app.test_client().get("/no").status_code)
print(app.test_cli_runner().invoke(args=["routes"]).output.count("bad"))
from werkzeug.test import Client
app.debug = app.testing = True
print(b"boom" in Client(DebuggedApplication(app, evalex=True)).get("/bad").data)
print(Client(DebuggedApplication(app, evalex=True)).get("/?__debugger__=yes&cmd=resource&f=style.css").status_code)
