"""The pure core: what listings, pictures and titles say about an infringement."""
