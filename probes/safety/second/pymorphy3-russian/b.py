"""A Russian word: a dictionary of another distribution, by entry point."""
import pymorphy3
m = pymorphy3.MorphAnalyzer(lang="ru")
print(m.parse("коты")[0].normal_form, m.parse("коты")[0].inflect({"datv"}).word)
