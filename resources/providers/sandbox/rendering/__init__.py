"""Screenshots of listings' pages, drawn for whoever asks for one as the vendor is asked."""
