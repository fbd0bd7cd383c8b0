"""German and Polish."""
import humanize
for lang in ("de_DE", "pl_PL"):
    humanize.i18n.activate(lang)
    print(humanize.naturaldelta(3600 * 5), humanize.ordinal(3))
