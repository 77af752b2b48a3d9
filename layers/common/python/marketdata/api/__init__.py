"""The HTTP edge: from API Gateway's event to a typed call, and back."""
