"""The three financial statements of listed companies: stored, checked and read like bars."""
