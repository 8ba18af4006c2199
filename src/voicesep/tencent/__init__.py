"""Tencent Cloud's API 3.0, through the vendor's SDK, as far as deploying and looking after a deployment need it."""
