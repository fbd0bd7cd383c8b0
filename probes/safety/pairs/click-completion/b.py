"""A completion script, a progress bar, a test runner and an error."""
import click
from click.shell_completion import get_completion_class
from click.testing import CliRunner
@click.command()
@click.option("--n", type=int, required=True)
def main(n):
    with click.progressbar(range(n)) as bar:
        for _ in bar:
            pass
print("complete" in get_completion_class("bash")(main, {}, "x", "_X").source())
print(CliRunner().invoke(main, ["--n", "2"]).exit_code, CliRunner().invoke(main, []).output.strip())
