"""Production: the lake on S3, the warehouse on Redshift."""
