"""Other versions' grammars: files of computed names; errors named."""
import parso
for version in ("3.8", "3.13"):
    grammar = parso.load_grammar(version=version)
    print([e.message for e in grammar.iter_errors(grammar.parse("match x:\n case 1: pass\nprint 1"))])
