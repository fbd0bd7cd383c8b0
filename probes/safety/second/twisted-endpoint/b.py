"""Endpoints by a string (plugins), a reactor, another reactor by its name, a trial of one test."""
from twisted.internet import reactor, endpoints, protocol
from twisted.internet.task import deferLater
from twisted.application.reactors import getReactorTypes
class P(protocol.Protocol):
    def connectionMade(self):
        self.transport.write(b"hi")
        self.transport.loseConnection()
class C(protocol.Protocol):
    def dataReceived(self, data): print(data)
    def connectionLost(self, reason): reactor.stop()
def go(port):
    endpoints.connectProtocol(endpoints.clientFromString(reactor, f"tcp:127.0.0.1:{port.getHost().port}"), C())
f = protocol.Factory()
f.protocol = P
endpoints.serverFromString(reactor, "tcp:0:interface=127.0.0.1").listen(f).addCallback(go)
reactor.run()
print("poll" in sorted(r.shortName for r in getReactorTypes()))
from twisted.web import server, static, resource
print(static.File(".").getChild("x", None) is not None)
