"""Prices adjusted for payouts (复权): factors as steps, prices, the adjustment of one answer."""
