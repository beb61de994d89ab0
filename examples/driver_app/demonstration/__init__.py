"""The servers, mail and traffic around the example while `make demo` runs."""
