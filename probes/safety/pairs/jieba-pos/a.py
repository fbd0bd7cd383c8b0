"""Words of a sentence."""
import jieba, logging, tempfile
jieba.setLogLevel(logging.ERROR)
jieba.dt.tmp_dir = tempfile.mkdtemp()
print(list(jieba.cut("我来到北京清华大学")))
