"""Installs the Debian package on machines of its own and looks at what happens."""
