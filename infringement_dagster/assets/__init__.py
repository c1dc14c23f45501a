"""The four assets of a scan, each partitioned by client and provider."""
