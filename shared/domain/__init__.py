"""The nouns of the field: frozen, pure, no I/O, no logs."""
