"""The pure core: what listings, photos and titles say about an infringement."""
