"""A data set from the package, a tree, an estimator as HTML (its style), a description, a report."""
from sklearn.datasets import load_iris, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier, export_text
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
d = load_iris()
p = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
print(cross_val_score(p, d.data, d.target).round(1), d.DESCR[:40], load_digits().data.shape)
print(len(p.fit(d.data, d.target)._repr_html_()) > 5000, export_text(p[-1]).count("|"))
print(RandomForestClassifier(3, random_state=0).fit(d.data, d.target).predict(d.data[:2]))
