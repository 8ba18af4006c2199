# The environment of the functions: every setting, a dash where it is not set, for SCF takes no empty value.
locals {
  setting_names = [
    "INPUT_BUCKET", "INPUT_PREFIX", "INPUT_SUFFIXES",
    "OUTPUT_BUCKET", "OUTPUT_REGION", "OUTPUT_PREFIX", "OUTPUT_NAME",
    "INDEX_BUCKET", "INDEX_PREFIX",
    "TEMPLATE_ID", "AUDIO_MODE", "AUDIO_CODEC", "AUDIO_SAMPLERATE", "AUDIO_BITRATE", "AUDIO_CHANNELS",
    "QUEUE_ID", "JOB_LEVEL",
    "CALLBACK_FORMAT", "CALLBACK_URL", "CALLBACK_SECRETS", "CALLBACK_TTL_HOURS", "VERIFY_CALLBACKS",
    "MAX_INPUT_BYTES", "ENABLED",
    "CLAIM_SETTLE_SECONDS", "PENDING_GRACE_SECONDS", "SEGMENT_GRACE_SECONDS", "LOG_LEVEL",
    "COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT",
  ]

  settings = merge(
    { for name in local.setting_names : name => "-" },
    var.settings,
    {
      INPUT_BUCKET     = var.input_bucket
      INPUT_PREFIX     = local.input_prefix
      INDEX_PREFIX     = local.index_prefix
      CALLBACK_SECRETS = var.callback_secrets
    },
  )

  input_prefix = lookup(var.settings, "INPUT_PREFIX", "incoming/")
  index_prefix = lookup(var.settings, "INDEX_PREFIX", "index/")
  index_bucket = lookup(var.settings, "INDEX_BUCKET", var.input_bucket)

  # Known once the trigger is there. The function `callback` itself does not need it, which keeps this from being a circle.
  function_url = try(
    jsondecode(tencentcloud_scf_trigger.callback_url.trigger_attribute).NetConfig.ExtranetUrl,
    "-",
  )
  callback_url = var.callback_url != "" ? var.callback_url : local.function_url
}
