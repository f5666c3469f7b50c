"""The HTTP edge of admission: parse, authorise, call one use case, shape the answer."""
