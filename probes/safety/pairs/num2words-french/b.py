"""French, Polish, money in German."""
from num2words import num2words
print(num2words(71, lang="fr"), num2words(5, lang="pl"), num2words(2.5, lang="de", to="currency", currency="EUR"))
