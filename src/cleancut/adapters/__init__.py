"""The world behind the ports: one outside thing per file, named `<port>_<technology>.py`."""
