"""Names of the standard library, from type stubs."""
import jedi
print([c.name for c in jedi.Script("import textwrap\ntextwrap.de").complete(2, 11)])
print([s.to_string() for s in jedi.Script("import os\nos.getenv(").get_signatures(2, 10)])
print(jedi.Script("x = 'a'.spl").complete(1, 11)[0].full_name)
