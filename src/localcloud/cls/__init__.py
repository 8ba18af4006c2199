"""Cloud Log Service (CLS), version 2020-10-16: the topic that SCF writes the functions' logs into."""
