"""The ports, carried out by real things. Errors of drivers are mapped here and go no further."""
