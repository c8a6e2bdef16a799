# The administrator's password is made and kept by Secrets Manager: no state file has it.
resource "aws_redshiftserverless_namespace" "warehouse" {
  namespace_name                   = var.name
  db_name                          = var.database
  admin_username                   = "administrator"
  manage_admin_password            = true
  admin_password_secret_kms_key_id = aws_kms_key.warehouse.key_id
  kms_key_id                       = aws_kms_key.warehouse.arn
  iam_roles                        = [aws_iam_role.redshift.arn]
  default_iam_role_arn             = aws_iam_role.redshift.arn
  log_exports                      = ["userlog", "connectionlog", "useractivitylog"]
}

resource "aws_security_group" "warehouse" {
  name        = "${var.name}-redshift"
  description = "Redshift of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.warehouse.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 5439
  to_port                      = 5439
}

resource "aws_redshiftserverless_workgroup" "warehouse" {
  namespace_name      = aws_redshiftserverless_namespace.warehouse.namespace_name
  workgroup_name      = var.name
  base_capacity       = var.base_capacity
  max_capacity        = var.max_capacity
  port                = 5439
  publicly_accessible = false
  subnet_ids          = var.subnet_ids
  security_group_ids  = [aws_security_group.warehouse.id]

  config_parameter {
    parameter_key   = "require_ssl"
    parameter_value = "true"
  }
}

resource "aws_redshiftserverless_usage_limit" "compute" {
  resource_arn  = aws_redshiftserverless_workgroup.warehouse.arn
  usage_type    = "serverless-compute"
  amount        = var.rpu_hours_a_day
  period        = "daily"
  breach_action = "deactivate"
}
