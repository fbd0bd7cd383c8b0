"""Plain text."""
from rich.console import Console
Console(width=40).print("hello")
