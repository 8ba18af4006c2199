"""The JSON index in COS: immutable documents under deterministic keys are the truth, all else is a view.

COS has no compare-and-swap on PUT, its put-if-absent is not atomic, and LIST is eventually consistent, so no
document is ever read, changed and written back.
"""
