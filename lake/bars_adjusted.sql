-- Stock bars with backward-adjusted prices (后复权): price × the factor of the latest step on or
-- before the day.
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
JOIN (
  SELECT
    code,
    trade_date AS since,
    lead(trade_date) OVER (PARTITION BY code ORDER BY trade_date) AS until,
    factor
  FROM stock_factors
) AS steps
  ON steps.code = bars.code
  AND steps.since <= bars.trade_date
  AND (steps.until IS NULL OR bars.trade_date < steps.until)
