"""The whole deployment on one machine: `python -m deploy.loopback` kills its primary and counts."""
