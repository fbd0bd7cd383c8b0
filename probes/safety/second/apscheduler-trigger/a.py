"""A scheduler."""
from apscheduler.schedulers.background import BackgroundScheduler
print(BackgroundScheduler().running)
