output "environment" {
  description = "The variables of docs/production.md, but for the password."

  value = {
    REDSHIFT_HOST        = aws_redshiftserverless_workgroup.warehouse.endpoint[0].address
    REDSHIFT_DATABASE    = var.database
    REDSHIFT_USER        = "dbt"
    REDSHIFT_IAM_ROLE    = aws_iam_role.redshift.arn
    REDSHIFT_STAGING     = "s3://${var.bucket}/${var.staging_prefix}"
    MUSIC_WAREHOUSE_LAKE = "s3://${var.bucket}/${var.lake_prefix}"
    AWS_DEFAULT_REGION   = var.region
  }
}

output "administrator_secret" {
  description = "Where Secrets Manager keeps the administrator's password."
  value       = aws_redshiftserverless_namespace.warehouse.admin_password_secret_arn
}

output "dbt_secret" {
  description = "Where the password of the database user dbt belongs."
  value       = aws_secretsmanager_secret.dbt.name
}

output "machine_profile" {
  description = "Instance profile of the machine that runs ingest and dbt."
  value       = aws_iam_instance_profile.machine.name
}
