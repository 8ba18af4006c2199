"""Secrets Manager (SSM), version 2019-09-23: secrets of one's own, with versions."""
