"""Documents that both routes and pages show: groups, actors, signals in words."""
