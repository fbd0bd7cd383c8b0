"""Every back end that plugins bring, the one that refuses, and the command line."""
import keyring, keyring.backend
from keyring.backends import null
keyring.set_keyring(null.Keyring())
print(keyring.get_password("s", "u"))
print(sorted({type(k).__module__.split(".")[-1] for k in keyring.backend.get_all_keyring()} & {"fail", "chainer", "null"}))
import keyring.cli
print(keyring.cli.CommandLineTool().parser.prog is not None)
