"""A bar."""
from tqdm import tqdm
print(sum(tqdm(range(3), disable=True)))
