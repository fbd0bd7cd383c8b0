"""Triggers, stores and executors by entry points; a store of another distribution; one that is wrong."""
from apscheduler.schedulers.background import BackgroundScheduler
s = BackgroundScheduler({"apscheduler.jobstores.d": {"type": "sqlalchemy", "url": "sqlite://"},
                         "apscheduler.executors.p": {"type": "processpool", "max_workers": 1}})
print(s.add_job(print, "cron", hour=3).trigger, s.add_job(print, "interval", minutes=3, jobstore="d").trigger)
s.start(paused=True)
print(len(s.get_jobs()))
s.shutdown()
try:
    s.add_job(print, "nothing")
except LookupError as e:
    print(e)
