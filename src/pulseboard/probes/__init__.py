"""Questions asked from outside: one file per protocol, judged by conditions."""
