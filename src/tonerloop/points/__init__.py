"""Points: rules, accounts and the double-entry ledger."""
