"""What is traded, when, and where: securities, calendars, sessions."""
