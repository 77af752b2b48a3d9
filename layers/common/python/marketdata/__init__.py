"""Market data of China's exchanges: the service behind the API."""
