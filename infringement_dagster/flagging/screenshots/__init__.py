"""Screenshots of listings' pages as evidence: rendered by a vendor, taken in, frozen."""
