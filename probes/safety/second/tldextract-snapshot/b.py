"""A domain by the list that the package carries, private ones too."""
import tldextract
e = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
print(e("http://a.b.co.uk"), e("x.github.io", include_psl_private_domains=True))
