"""The optional server: it carries sealed changes between devices and can read none of them."""
