"""`python -m cordwood` is the command `cordwood`."""

from cordwood.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
