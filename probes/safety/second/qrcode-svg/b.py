"""SVG, a picture, a styled one, in the terminal."""
import io
import qrcode, qrcode.image.svg
from qrcode.image.styledpil import StyledPilImage
from qrcode.image.styles.moduledrawers.pil import RoundedModuleDrawer
print(qrcode.make("a", image_factory=qrcode.image.svg.SvgPathImage).to_string()[:60])
print(qrcode.make("a").size, StyledPilImage.__name__)
q = qrcode.QRCode()
q.add_data("a")
print(q.make_image(StyledPilImage, module_drawer=RoundedModuleDrawer()).size)
out = io.StringIO()
q.print_ascii(out=out)
print(len(out.getvalue()))
