"""The interface."""
import keyring
print(keyring.errors.KeyringError.__name__)
