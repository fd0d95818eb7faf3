"""The rules of one house, beside those of adamw-lint."""
