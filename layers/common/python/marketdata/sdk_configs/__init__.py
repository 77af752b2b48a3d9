"""SDK configs: connections to the vendor's servers, with their records, secrets and tests."""
