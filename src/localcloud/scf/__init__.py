"""Serverless Cloud Function (SCF): runs the functions and triggers that a serverless.yml names."""
