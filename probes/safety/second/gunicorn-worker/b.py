"""Workers by their names, a logger, an application by its path, one that is not installed."""
import sys
from gunicorn import util
from gunicorn.config import Config
for name in ("sync", "gthread", "tornado"):
    c = Config()
    c.set("worker_class", name)
    print(c.worker_class_str, c.worker_class.__name__)
print(c.logger_class.__name__)
open("x.py", "w").write("def app(e, s): return []\n")
sys.path.insert(0, ".")
print(util.import_app("x:app").__name__)
try:
    c = Config()
    c.set("worker_class", "gevent")
    c.worker_class
except RuntimeError as e:
    print(str(e).splitlines()[0])
