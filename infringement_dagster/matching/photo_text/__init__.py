"""Words that photos show: whose photos are worth reading, and which brand was read in them."""
