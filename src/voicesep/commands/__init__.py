"""One module a command of `voicesep`, named as it is typed."""
