"""A result back end by its alias, canvas, schedule and the command line."""
import tempfile
from celery import Celery, chain, group
from celery.schedules import crontab
folder = tempfile.mkdtemp()
app = Celery("x", broker="memory://", backend="file://" + folder)
app.conf.task_always_eager = True
app.conf.task_store_eager_result = True
@app.task
def add(a, b): return a + b
print(chain(add.s(1, 2), add.s(3))().get(), group(add.s(1, 1)).apply_async().get(), crontab(minute=5).minute)
print(type(app.backend).__name__)
from celery.bin.celery import celery as command
print("worker" in command.commands)
