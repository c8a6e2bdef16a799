"""A stand-in for Amazon Redshift. README.md says what it shows and what it cannot."""
