# The same triggers as in serverless.yml; a test compares the two.
resource "tencentcloud_scf_trigger" "uploads" {
  function_name = tencentcloud_scf_function.submit.name
  namespace     = "default"
  type          = "cos"
  trigger_name  = "${var.input_bucket}.cos.${var.region}.myqcloud.com"
  qualifier     = "$DEFAULT"
  enable        = "OPEN"
  trigger_desc = jsonencode({
    event  = "cos:ObjectCreated:*"
    filter = { Prefix = local.input_prefix, Suffix = "" }
  })

  depends_on = [tencentcloud_cos_bucket.input]
}

resource "tencentcloud_scf_trigger" "callback_url" {
  function_name = tencentcloud_scf_function.callback.name
  namespace     = "default"
  type          = "http" # a function URL; the provider names it itself
  qualifier     = "$DEFAULT"
  enable        = "OPEN"
  trigger_desc = jsonencode({
    AuthType  = "NONE" # CI cannot sign for CAM; the function checks the capability in the path
    NetConfig = { EnableExtranet = true, EnableIntranet = false }
  })
}

resource "tencentcloud_scf_trigger" "every_minute" {
  function_name   = tencentcloud_scf_function.reconcile.name
  namespace       = "default"
  type            = "timer"
  trigger_name    = "every-minute"
  qualifier       = "$DEFAULT"
  enable          = "OPEN"
  trigger_desc    = "0 * * * * * *"
  custom_argument = "reconcile"
}

resource "tencentcloud_scf_trigger" "daily_audit" {
  function_name   = tencentcloud_scf_function.reconcile.name
  namespace       = "default"
  type            = "timer"
  trigger_name    = "daily-audit"
  qualifier       = "$DEFAULT"
  enable          = "OPEN"
  trigger_desc    = "0 17 3 * * * *"
  custom_argument = "audit"
}

locals {
  # Known once the trigger is there. The function `callback` itself does not need it, which keeps this from being a circle.
  function_url = trimsuffix(
    try(jsondecode(tencentcloud_scf_trigger.callback_url.trigger_attribute).NetConfig.ExtranetUrl, ""),
    "/",
  )
  callback_url = (
    contains(["", "-"], var.callback_url) ? coalesce(local.function_url, "-") : trimsuffix(var.callback_url, "/")
  )
}
