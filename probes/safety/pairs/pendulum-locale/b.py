"""In German and Polish; a difference in words; a zone."""
import pendulum
d = pendulum.datetime(2026, 3, 1)
print(d.format("dddd D MMMM", locale="de"), d.format("MMMM", locale="pl"))
print(d.diff_for_humans(pendulum.datetime(2026, 3, 4), locale="fr"))
