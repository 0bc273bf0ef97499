"""The local network, `make run LAN=1`: phones on the office Wi-Fi reach this computer over TLS.

addresses  which addresses this computer has there
authority  the installation's own certificate authority, and the certificate that the listener shows
gunicorn   the listener itself, a web server of its own
door       plain http for the one page that a phone needs before it trusts the authority
announce   what the console says about it

`compound.supervisor.lan` runs them. See docs/decisions/0010-lan-certificate-authority.md.
"""
