"""What the definitions are made of: functions that Dagster is not needed to test."""
