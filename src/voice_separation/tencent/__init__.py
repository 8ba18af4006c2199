"""Tencent Cloud over HTTP: signature, transport, COS and CI. Nothing here knows what the app is for."""
