"""Published figures of violence and programme coverage in, one checked warehouse out."""
