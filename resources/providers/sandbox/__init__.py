"""A real HTTP server that speaks the vendor's protocol over a catalogue of its own making."""
