"""One test module a screen."""
