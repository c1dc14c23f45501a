"""Cases, and what is taken along of them: files, evidence, notices."""
