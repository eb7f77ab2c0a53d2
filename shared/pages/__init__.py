"""What the public pages and the desk have in common: sheet, map, macros, dates, line of days."""
