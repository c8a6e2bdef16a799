resource "aws_kms_key" "warehouse" {
  description             = "Bucket, namespace and secrets of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "warehouse" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.warehouse.key_id
}

resource "aws_s3_bucket" "warehouse" {
  bucket = var.bucket
}

resource "aws_s3_bucket_public_access_block" "warehouse" {
  bucket = aws_s3_bucket.warehouse.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "warehouse" {
  bucket = aws_s3_bucket.warehouse.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.warehouse.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "warehouse" {
  bucket = aws_s3_bucket.warehouse.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "warehouse" {
  bucket     = aws_s3_bucket.warehouse.id
  policy     = templatefile("${path.module}/../bucket-policy.json", { bucket = var.bucket })
  depends_on = [aws_s3_bucket_public_access_block.warehouse]
}

# A run deletes what it staged; a killed one leaves it to these rules.
resource "aws_s3_bucket_lifecycle_configuration" "warehouse" {
  bucket     = aws_s3_bucket.warehouse.id
  depends_on = [aws_s3_bucket_versioning.warehouse]

  rule {
    id     = "what-a-load-staged"
    status = "Enabled"

    filter {
      prefix = "${var.lake_prefix}/_staging/"
    }

    expiration {
      days = 2
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "what-python-models-staged"
    status = "Enabled"

    filter {
      prefix = "${var.staging_prefix}/"
    }

    expiration {
      days = 2
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  rule {
    id     = "former-versions-of-the-lake"
    status = "Enabled"

    filter {
      prefix = "${var.lake_prefix}/"
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  rule {
    id     = "uploads-that-were-not-completed"
    status = "Enabled"

    filter {
      prefix = ""
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }
}
