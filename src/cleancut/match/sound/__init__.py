"""Where in sound: landmarks propose, spectral maxima decide."""
