"""Japanese and Russian by their models."""
import chardet
print(chardet.detect("これは日本語の文章です。もっと長い文章が必要です。".encode("euc_jp"))["encoding"])
print(chardet.detect(("Съешь ещё этих мягких французских булок, да выпей чаю. " * 4).encode("koi8_r"))["encoding"])
