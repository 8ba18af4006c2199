# The same functions as in serverless.yml; a test compares the two. They are not one resource with for_each, for submit
# is told the address of callback's trigger, and a resource may not refer to itself by way of another.
resource "tencentcloud_scf_function" "submit" {
  name              = "${var.name}-submit"
  description       = "A recording was uploaded, so one VoiceSeparate job is submitted."
  handler           = "submit.main_handler"
  runtime           = "Python3.10"
  mem_size          = 256
  timeout           = 60
  role              = tencentcloud_cam_role.door["submit"].name
  enable_public_net = true
  zip_file          = var.package
  environment       = merge(local.settings, { CALLBACK_URL = local.callback_url })
  tags              = local.tags
  cls_logset_id     = try(var.log_topic.logset_id, null)
  cls_topic_id      = try(var.log_topic.topic_id, null)

  depends_on = [tencentcloud_cam_role_policy_attachment.door] # or its first event would be denied
}

resource "tencentcloud_scf_function" "callback" {
  name              = "${var.name}-callback"
  description       = "Cloud Infinite reports a finished job, so its entry is written to the index."
  handler           = "callback.main_handler"
  runtime           = "Python3.10"
  mem_size          = 256
  timeout           = 15
  role              = tencentcloud_cam_role.door["callback"].name
  enable_public_net = true
  zip_file          = var.package
  environment       = local.settings
  tags              = local.tags
  cls_logset_id     = try(var.log_topic.logset_id, null)
  cls_topic_id      = try(var.log_topic.topic_id, null)

  depends_on = [tencentcloud_cam_role_policy_attachment.door] # or its first event would be denied
}

resource "tencentcloud_scf_function" "reconcile" {
  name              = "${var.name}-reconcile"
  description       = "What events and callbacks have lost is repaired, and the index is published."
  handler           = "reconcile.main_handler"
  runtime           = "Python3.10"
  mem_size          = 256
  timeout           = 900
  role              = tencentcloud_cam_role.door["reconcile"].name
  enable_public_net = true
  zip_file          = var.package
  environment       = merge(local.settings, { CALLBACK_URL = local.callback_url })
  tags              = local.tags
  cls_logset_id     = try(var.log_topic.logset_id, null)
  cls_topic_id      = try(var.log_topic.topic_id, null)

  depends_on = [tencentcloud_cam_role_policy_attachment.door] # or its first event would be denied
}

locals {
  tags = { project = "voice-separation" }
}
