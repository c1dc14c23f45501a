"""`infringement benchmark`: tasks that anybody's scorer can be measured on, made from a seed."""
