"""The dialects: `tinyts` (values are tensors) and `tsbuf` (effects on bytes)."""
