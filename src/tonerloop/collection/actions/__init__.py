"""The verbs of the collection; screens, the driver's phone, jobs and tests call these."""
