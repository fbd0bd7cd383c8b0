"""Languages and generators by entry points, a drawing, a scope, an error."""
from textx import generator_for_language_target, language_descriptions, metamodel_for_language, metamodel_from_str
from textx.export import metamodel_export
print(sorted(language_descriptions()), metamodel_for_language("textx") is not None)
m = metamodel_from_str("M: a*=A; A: 'a' name=ID;")
metamodel_export(m, "x.dot")
print(len(open("x.dot").read()) > 100, callable(generator_for_language_target("textX", "dot")))
try:
    m.model_from_str("b")
except Exception as e:
    print(e)
