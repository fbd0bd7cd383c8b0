"""Polish and German: modules of computed names."""
import timeago
print(timeago.format(0, 7200, locale="pl"), timeago.format(0, 7200, locale="de"))
