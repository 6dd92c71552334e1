"""The use cases: the only code that brings the model, the vault and the content together."""
