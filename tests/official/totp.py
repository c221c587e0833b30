"""Prints the one-time password of now for a key, as the manager computes it."""
import json
import sys

import pyotp

print(json.dumps(pyotp.TOTP(sys.argv[1]).now()))
