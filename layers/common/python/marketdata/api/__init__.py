"""The edge: from API Gateway's event to a typed call, and back."""
