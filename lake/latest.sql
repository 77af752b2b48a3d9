-- The last stored bar of each stock.
SELECT code, trade_date, open, high, low, close, volume, amount, year
FROM (
  SELECT *, row_number() OVER (PARTITION BY code ORDER BY trade_date DESC) AS newest
  FROM stock_daily
) AS bars
WHERE newest = 1
