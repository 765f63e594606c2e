"""Events told to other systems by the Standard Webhooks specification."""
