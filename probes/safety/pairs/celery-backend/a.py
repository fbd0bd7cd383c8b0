"""A task called at once."""
from celery import Celery
app = Celery("x", broker="memory://")
@app.task
def add(a, b): return a + b
print(add(1, 2))
