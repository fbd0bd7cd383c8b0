"""Help with markup, an error, a completion script, a prompt: with other distributions."""
from typing import Annotated
import typer
from typer.testing import CliRunner
app = typer.Typer(rich_markup_mode="rich")
@app.command()
def f(a: Annotated[int, typer.Option(help="[bold]A[/bold] number", prompt=True)]): print(a)
r = CliRunner()
print(r.invoke(app, ["--help"]).output)
print(r.invoke(app, ["--a", "x"]).output, r.invoke(app, [], input="4\n").output)
