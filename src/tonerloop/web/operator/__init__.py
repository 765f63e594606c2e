"""What the operator has beside the admin site: the work behind the screens, and its figures."""
