"""English."""
import timeago
print(timeago.format(0, 90))
