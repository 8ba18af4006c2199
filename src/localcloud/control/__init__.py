"""What steers a running local cloud from outside: an API of JSON, and a page for people."""
