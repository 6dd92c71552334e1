"""What leaves as a file and comes back from one: exports, backups, calendars, tables, pages to print."""
