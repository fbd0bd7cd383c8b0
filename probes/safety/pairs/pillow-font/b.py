"""Text in the default font, a filter and a colour profile."""
from PIL import Image, ImageCms, ImageDraw, ImageFilter, ImageFont
im = Image.new("L", (40, 20))
ImageDraw.Draw(im).text((2, 2), "hi", font=ImageFont.load_default(12), fill=255)
print(sum(im.filter(ImageFilter.BoxBlur(1)).tobytes()) > 0)
print(ImageCms.getProfileName(ImageCms.createProfile("sRGB")).strip())
