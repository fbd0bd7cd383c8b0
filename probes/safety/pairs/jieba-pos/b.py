"""Parts of speech and key words: tables of their own."""
import jieba, logging, tempfile
jieba.setLogLevel(logging.ERROR)
jieba.dt.tmp_dir = tempfile.mkdtemp()
import jieba.analyse, jieba.posseg
print([(w.word, w.flag) for w in jieba.posseg.cut("我爱北京天安门")])
print(jieba.analyse.extract_tags("北京是中国的首都,北京有清华大学", topK=2), len(jieba.analyse.textrank("北京是中国的首都", topK=2)))
