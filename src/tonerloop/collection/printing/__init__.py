"""The collection service on paper: labels as PDF and ZPL, the yearly statement as PDF."""
