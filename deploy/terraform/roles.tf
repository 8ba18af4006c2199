# A role for each function, with the policy in ../cam that `voicesep cam-policy` prints too.
locals {
  roles = {
    submit    = "SCF_VoiceSeparationSubmit"
    callback  = "SCF_VoiceSeparationCallback"
    reconcile = "SCF_VoiceSeparationReconcile"
  }

  placeholders = {
    REGION       = var.region
    APPID        = regex("[0-9]+$", var.input_bucket)
    OWNER        = var.owner_uin == "" ? "" : "uin/${var.owner_uin}"
    INPUT_BUCKET = var.input_bucket
    INDEX_BUCKET = local.index_bucket
    INPUT_PREFIX = local.input_prefix
    INDEX_PREFIX = local.index_prefix
    # As condition keys want them; urlencode() writes a space as a plus.
    INPUT_PREFIX_ENCODED = replace(urlencode(local.input_prefix), "+", "%20")
    INDEX_PREFIX_ENCODED = replace(urlencode(local.index_prefix), "+", "%20")
    # Only the name of a secret may be told, not a secret.
    CALLBACK_SECRETS_NAME = local.stores_callback_secrets ? split(":", nonsensitive(var.callback_secrets))[1] : ""
    WEBHOOK_SECRETS_NAME  = local.stores_webhook_secrets ? split(":", nonsensitive(var.webhook_secrets))[1] : ""
  }

  stores_callback_secrets = nonsensitive(startswith(var.callback_secrets, "ssm:"))
  stores_webhook_secrets  = nonsensitive(startswith(var.webhook_secrets, "ssm:"))
  tells_receiver          = nonsensitive(!contains(["", "-"], var.webhook_url))
  believes_callbacks      = contains(["false", "f", "no", "n", "off", "0"], lower(lookup(local.given, "VERIFY_CALLBACKS", "true")))

  # What a setting needs besides, as `voicesep cam-policy` adds it.
  policy_files = {
    for door in keys(local.roles) : door => concat(
      ["${door}.json"],
      local.stores_callback_secrets ? ["stored-callback-secrets.json"] : [],
      local.believes_callbacks && door == "callback" ? ["believed-callbacks.json"] : [],
      local.tells_receiver && door == "callback" ? ["notices-callback.json"] : [],
      local.tells_receiver && door == "reconcile" ? ["notices-reconcile.json"] : [],
      local.tells_receiver && local.stores_webhook_secrets && door != "submit" ? ["stored-webhook-secrets.json"] : [],
    )
  }

  policies = {
    for door, files in local.policy_files : door => {
      version = "2.0"
      statement = flatten([
        for file in files : jsondecode(templatefile("${path.module}/../cam/${file}", local.placeholders)).statement
      ])
    }
  }

  trust = jsondecode(file("${path.module}/../cam/trust.json"))
}

resource "tencentcloud_cam_role" "door" {
  for_each    = local.roles
  name        = each.value
  description = "What the function ${each.key} may do."
  # The provider takes lists only where CAM takes a text or a list.
  document = jsonencode(merge(local.trust, {
    statement = [for statement in local.trust.statement : merge(statement, { action = flatten([statement.action]) })]
  }))
}

resource "tencentcloud_cam_policy" "door" {
  for_each    = local.roles
  name        = each.value
  description = "What the function ${each.key} may do."
  document    = jsonencode(local.policies[each.key])
}

resource "tencentcloud_cam_role_policy_attachment" "door" {
  for_each  = local.roles
  role_id   = tencentcloud_cam_role.door[each.key].id
  policy_id = tencentcloud_cam_policy.door[each.key].id
}
