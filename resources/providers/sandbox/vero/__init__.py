"""The sandbox's face of eBay's VeRO API."""
