"""One hostile client and the neighbour who must not notice, for the suite and the benchmark."""
