"""`python -m forecast`: the command line without its entry point."""

from .cli import app

if __name__ == "__main__":
    app()
