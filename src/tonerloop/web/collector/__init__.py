"""The collector’s office: requests to schedule, boxes to send."""
