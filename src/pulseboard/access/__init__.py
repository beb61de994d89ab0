"""Who may do what: roles, tokens, rate limits, audit."""
