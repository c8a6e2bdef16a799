# What Redshift is in COPY and UNLOAD.
resource "aws_iam_role" "redshift" {
  name               = "${var.name}-redshift"
  assume_role_policy = file("${path.module}/../redshift-trust.json")
}

resource "aws_iam_role_policy" "redshift" {
  name = "copy-and-unload"
  role = aws_iam_role.redshift.id

  policy = templatefile("${path.module}/../redshift-role.json", {
    bucket         = var.bucket
    lake_prefix    = var.lake_prefix
    staging_prefix = var.staging_prefix
    key_arn        = aws_kms_key.warehouse.arn
  })
}

# What the machine is that runs ingest and dbt.
resource "aws_iam_role" "machine" {
  name               = "${var.name}-machine"
  assume_role_policy = file("${path.module}/../machine-trust.json")
}

resource "aws_iam_role_policy" "machine" {
  name = "lake-staging-and-password"
  role = aws_iam_role.machine.id

  policy = templatefile("${path.module}/../machine-role.json", {
    bucket         = var.bucket
    lake_prefix    = var.lake_prefix
    staging_prefix = var.staging_prefix
    key_arn        = aws_kms_key.warehouse.arn
    secret_arn     = aws_secretsmanager_secret.dbt.arn
  })
}

resource "aws_iam_instance_profile" "machine" {
  name = "${var.name}-machine"
  role = aws_iam_role.machine.name
}
