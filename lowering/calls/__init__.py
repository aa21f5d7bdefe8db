"""How an operation is called: kernel, fields of its layer, operands."""
