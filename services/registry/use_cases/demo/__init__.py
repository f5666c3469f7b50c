"""The demo prefecture: made up, written, exported as files."""
