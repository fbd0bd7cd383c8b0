"""The extractor."""
import tldextract
print(tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None) is not None)
