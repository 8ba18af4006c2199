"""`voicesep doctor`: what is wrong with a deployment, one line for each thing that was looked at."""
