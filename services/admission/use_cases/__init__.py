"""The verbs of admission: gather, decide, record in one visible transaction."""
