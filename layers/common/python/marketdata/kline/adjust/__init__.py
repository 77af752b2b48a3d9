"""Prices adjusted for payouts (复权): factors as steps, prices, and the adjusting of one answer."""
