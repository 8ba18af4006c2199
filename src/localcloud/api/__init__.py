"""The Tencent Cloud API 3.0: how all services but COS and CI are asked. Each brings its actions, this does the rest."""
