"""Keys, a known-hosts line, GSSAPI's absence, configuration."""
import io
import paramiko
key = paramiko.RSAKey.generate(1024)
out = io.StringIO()
key.write_private_key(out)
print(paramiko.RSAKey.from_private_key(io.StringIO(out.getvalue())).get_name())
print(paramiko.SSHConfig.from_text("Host a\n  Port 23\n").lookup("a")["port"])
