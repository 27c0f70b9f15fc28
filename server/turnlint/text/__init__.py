"""Bytes to rows and back: what is known of JSON and Unicode, and nothing of datasets."""
