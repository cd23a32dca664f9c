"""What ``import.toml`` may say, whoever has written it.

``paths`` (which names hold tables, which a text, and which of a few words that text may be).
"""
