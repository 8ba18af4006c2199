resource "tencentcloud_cos_bucket" "input" {
  count  = var.create_bucket ? 1 : 0
  bucket = var.input_bucket
  acl    = "private"
}
