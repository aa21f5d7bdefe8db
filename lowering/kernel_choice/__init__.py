"""Which variant computes a call: what it costs, its scratch, what fits into flash."""
