"""The domain core: pure functions from arrays and geometries to values aligned with them."""
