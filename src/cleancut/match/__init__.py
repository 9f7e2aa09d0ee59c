"""Where in the picture: sketches, search, alignment, verification. Pure: no clock, disk, environment or randomness."""
