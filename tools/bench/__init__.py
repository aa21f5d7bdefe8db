"""`make bench`: instructions, arena, stack and flash of every model, in a table."""
