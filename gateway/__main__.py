"""`python -m gateway` is the `onegrid` command."""

from gateway.cli import main

if __name__ == "__main__":
    main()
