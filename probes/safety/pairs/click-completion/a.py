"""One command."""
import click
@click.command()
def main():
    click.echo("ok")
main(standalone_mode=False)
