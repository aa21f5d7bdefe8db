"""Constants in the order in which a kernel eats them, in forms that are exact."""
