"""German and Japanese names."""
import emoji
print(emoji.demojize("\U0001f40d", language="de"), emoji.demojize("\U0001f40d", language="ja"))
print(ascii(emoji.emojize(":Schlange:", language="de")), emoji.is_emoji("\U0001f40d"))
