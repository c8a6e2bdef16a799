# Empty here, so that the state file holds no password: docs/production.md fills it.
resource "aws_secretsmanager_secret" "dbt" {
  name        = "${var.name}/dbt"
  description = "Password of the database user dbt"
  kms_key_id  = aws_kms_key.warehouse.arn
}
