"""A date in English."""
import pendulum
print(pendulum.datetime(2026, 3, 1).format("MMMM"))
