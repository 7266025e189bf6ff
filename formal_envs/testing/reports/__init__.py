"""Other forms of a report: rows for JSON, SARIF for code scanning, a page to read."""
