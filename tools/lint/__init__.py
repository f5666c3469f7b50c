"""House rules that no ready linter knows, each executed over the syntax tree."""
