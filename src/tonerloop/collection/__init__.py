"""The collection service: registration, requests, labels, receipt, progress."""
