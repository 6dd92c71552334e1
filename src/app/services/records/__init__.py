"""What people write, at rest: the one writer, its tables, drafts, search, and the example."""
