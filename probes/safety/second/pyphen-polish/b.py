"""Polish and a language that falls back."""
import pyphen
print(pyphen.Pyphen(lang="pl_PL").inserted("samochodowy"), pyphen.Pyphen(lang="de_AT").inserted("Silbentrennung"))
print(pyphen.language_fallback("nl_BE_x"))
