"""A lexer, a formatter and a style found by their names."""
from pygments import highlight
from pygments.formatters import get_formatter_by_name
from pygments.lexers import get_lexer_by_name, guess_lexer_for_filename
print(highlight("fn main() {}", get_lexer_by_name("rust"), get_formatter_by_name("latex", style="monokai")))
print(guess_lexer_for_filename("x.rb", "puts 1").name)
