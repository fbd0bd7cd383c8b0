"""English."""
from cron_descriptor import get_description
print(get_description("*/5 * * * *"))
