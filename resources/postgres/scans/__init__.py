"""Tables of scans: runs, admission, leases, snapshots, usage."""
