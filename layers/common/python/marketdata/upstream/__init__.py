"""The sources of the data, and the door of the one function that talks to them."""
