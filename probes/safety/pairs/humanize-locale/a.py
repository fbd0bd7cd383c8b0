"""English."""
import humanize
print(humanize.naturalsize(10 ** 6), humanize.intword(10 ** 6))
