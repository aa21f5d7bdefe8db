"""The dialects of TinyTS: `tinyts` (values are tensors) and `tsbuf` (effects on bytes)."""
