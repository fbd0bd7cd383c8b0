"""A completer, a pygments lexer, a session on a pipe, key bindings."""
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import FuzzyWordCompleter
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import DummyOutput
from pygments.lexers import SqlLexer
with create_pipe_input() as pipe:
    pipe.send_text("select\n")
    session = PromptSession(input=pipe, output=DummyOutput(), lexer=PygmentsLexer(SqlLexer), completer=FuzzyWordCompleter(["a"]), vi_mode=True)
    print(session.prompt())
