"""A command."""
import typer
app = typer.Typer()
@app.command()
def f(): print("f")
app(standalone_mode=False, args=[])
