"""Bytes to frames: fetch, read and conform what the publishers release."""
