"""The pages' words in the reader's language: English in the source, others in catalogues."""
