-- Stock bars with backward-adjusted prices (后复权): price × the factor of the step that holds on the
-- day. Days for which no factor is known are not in it.
SELECT
  bars.code,
  bars.trade_date,
  bars.open * steps.factor AS open,
  bars.high * steps.factor AS high,
  bars.low * steps.factor AS low,
  bars.close * steps.factor AS close,
  bars.volume,
  bars.amount,
  steps.factor,
  bars.year
FROM stock_daily AS bars
JOIN stock_factors AS steps
  ON steps.code = bars.code
  AND bars.trade_date BETWEEN steps.trade_date AND steps.until
