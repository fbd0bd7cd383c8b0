"""A filled rectangle."""
from PIL import Image, ImageDraw
im = Image.new("L", (8, 8))
ImageDraw.Draw(im).rectangle((1, 1, 3, 3), fill=255)
print(sum(im.tobytes()))
