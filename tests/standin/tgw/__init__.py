"""Stands for the vendor's native library, of which the SDK's users see nothing."""
