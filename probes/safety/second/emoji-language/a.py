"""English."""
import emoji
print(ascii(emoji.emojize(":red_heart:")))
