"""adamw-lint finds weight decay that goes through Adam's adaptive step, and rewrites it to AdamW's decoupled shrink."""

__version__ = "0.1.0"
