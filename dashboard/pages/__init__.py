"""One page per question: select, ask, paint."""
