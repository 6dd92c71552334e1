"""What the app says: the documents, both languages, own words, and how dates, names and numbers are written."""
