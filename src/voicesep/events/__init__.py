"""The events that start the functions, made up in the vendor's shape."""
