"""The door for agents: the Model Context Protocol, and tools that answer questions."""
