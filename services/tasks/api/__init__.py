"""The HTTP surface of the tasks service: parse, authorise, call one use case."""
