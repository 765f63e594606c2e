"""The recovery centre's station: made for a barcode scanner and gloves."""
