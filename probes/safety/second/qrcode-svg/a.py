"""A matrix."""
import qrcode
q = qrcode.QRCode()
q.add_data("a")
print(len(q.get_matrix()))
