"""Windows, resampling with a holiday calendar, XML and JSON."""
import io
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar
days = pd.date_range("2026-01-01", periods=6, freq="D")
print(pd.Series(range(6), index=days).rolling(2).mean().resample("2D").sum().tolist())
print(USFederalHolidayCalendar().holidays("2026-01-01", "2026-02-01").astype(str).tolist())
print(pd.read_json(io.StringIO('[{"a":1}]')).to_html(index=False).count("<td>"))
