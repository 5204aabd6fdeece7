"""`python -m forecast.cli`: the command line without its entry point."""

from . import app

if __name__ == "__main__":
    app()
