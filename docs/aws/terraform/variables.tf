variable "region" {
  description = "Region of everything: COPY of Parquet wants bucket and warehouse in one."
  type        = string
}

variable "name" {
  description = "Name of namespace, workgroup, roles and secret."
  type        = string
  default     = "music-warehouse"
}

variable "bucket" {
  description = "Name of the bucket, unique among all of AWS."
  type        = string
}

variable "lake_prefix" {
  description = "MUSIC_WAREHOUSE_LAKE is s3://bucket/lake_prefix."
  type        = string
  default     = "lake"
}

variable "staging_prefix" {
  description = "REDSHIFT_STAGING is s3://bucket/staging_prefix."
  type        = string
  default     = "staging"
}

variable "database" {
  description = "REDSHIFT_DATABASE."
  type        = string
  default     = "music"
}

variable "base_capacity" {
  description = "RPUs that a query starts with."
  type        = number
  default     = 8
}

variable "max_capacity" {
  description = "RPUs that the workgroup never exceeds."
  type        = number
  default     = 32
}

variable "rpu_hours_a_day" {
  description = "RPU-hours of a day after which the workgroup answers nobody until the next."
  type        = number
  default     = 40
}

variable "vpc_id" {
  description = "The network of the workgroup."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of it in three availability zones."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Who may connect: the groups of the machine that runs dbt and of the BI gateway."
  type        = set(string)
}
