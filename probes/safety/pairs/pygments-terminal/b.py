"""SQL to a terminal in 256 colours, with a filter."""
from pygments import highlight
from pygments.formatters import Terminal256Formatter
from pygments.lexers import PostgresLexer
lexer = PostgresLexer()
lexer.add_filter("keywordcase", case="upper")
print(repr(highlight("select 1", lexer, Terminal256Formatter(style="dracula"))))
