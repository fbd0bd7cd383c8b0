"""A deferred."""
from twisted.internet.defer import succeed
succeed(1).addCallback(print)
